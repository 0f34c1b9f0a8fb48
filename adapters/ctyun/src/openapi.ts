import { randomUUID } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { restate, StoreError, withDeadline, type DriverCall } from '@store/core';
import { MAX_ANSWER_BYTES, MAX_SHORT_ANSWER_BYTES, readAnswer as readBody } from '@store/kit';
import { readAnswer } from './answers.js';
import type { CtyunConfig } from './config.js';
import { encodeQuery, eopDate, signEop } from './eop-signature.js';
import { failureError, strangeAnswer, transportError, type ErrorContext, type Failure } from './errors.js';
import { parseJson } from './json-text.js';

const DEFAULT_ENDPOINT = 'https://zos-global.ctapi.ctyun.cn';
const DEFAULT_USER_AGENT = 'store-ctyun';
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_SOCKETS = 64;

/** Differences of clocks above this are why a signature is refused, in milliseconds: it lives for 15 minutes. */
const SKEW_MS = 14 * 60_000;

/** Calls whose success names many keys or rules. */
const LONG_ANSWERS: ReadonlySet<string> = new Set([
  'list-objects',
  'list-object-versions',
  'list-multipart-uploads',
  'delete-objects',
  'get-bucket-lifecycle-conf',
  'get-keys',
]);

/** What a request is for, in the words of this library. */
interface Purpose extends DriverCall {
  readonly operation: string;
  readonly key?: string | undefined;
}

/** An answer that has been read. */
type WholeAnswer = Pick<AxiosResponse<Buffer>, 'status' | 'headers' | 'data'>;

/** The JSON OpenAPI of ZOS for one bucket: signs, sends, and reads envelopes. */
export class OpenApi {
  readonly #config: CtyunConfig;
  readonly #base: string;
  readonly #http: AxiosInstance;
  readonly #agents: readonly [HttpAgent, HttpsAgent];
  /** How far the service's clock is ahead of this machine's, once a refusal has shown it; milliseconds. */
  #clockOffset = 0;

  constructor(config: CtyunConfig) {
    this.#config = config;
    this.#base = `${(config.endpoint ?? DEFAULT_ENDPOINT).replace(/\/+$/, '')}/v4/oss`;
    const agent = { keepAlive: true, maxSockets: config.maxSockets ?? DEFAULT_MAX_SOCKETS };
    this.#agents = [new HttpAgent(agent), new HttpsAgent(agent)];
    const [httpAgent, httpsAgent] = this.#agents;
    this.#http = axios.create({
      adapter: 'http',
      httpAgent,
      httpsAgent,
      maxRedirects: 0,
      proxy: false,
      // Read here, up to the limit of all adapters.
      responseType: 'stream',
      // The envelope tells success from failure, not the status.
      validateStatus: () => true,
      // Bodies are sent as they were signed, and read here.
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
    });
  }

  /** Whether listings give keys percent-encoded. */
  get urlEncoded(): boolean {
    return this.#config.listEncoding === 'url';
  }

  get bucket(): string {
    return this.#config.bucket;
  }

  /** A read. Resolves to `returnObj`, which has to be as `schema` says. */
  async get<T>(
    api: string,
    query: Readonly<Record<string, string | undefined>>,
    purpose: Purpose,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const { bucket, regionId } = this.#config;
    const account = api === 'get-keys' || api === 'get-endpoint';
    const all = { ...query, regionID: regionId, ...(account ? {} : { bucket }) };
    return readAnswer(schema, await this.#send('GET', api, encodeQuery(all), '', purpose), purpose.operation);
  }

  /** A change: every one of them is a POST, deletes included. */
  async post<T>(
    api: string,
    body: Readonly<Record<string, unknown>>,
    purpose: Purpose,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const { bucket, regionId } = this.#config;
    const text = JSON.stringify({ bucket, regionID: regionId, ...body });
    return readAnswer(schema, await this.#send('POST', api, '', text, purpose), purpose.operation);
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #send(
    method: 'GET' | 'POST',
    api: string,
    query: string,
    body: string,
    { operation, key, signal }: Purpose,
  ): Promise<unknown> {
    const context = { operation, key, bucket: this.#config.bucket };
    const ms = this.#config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const signedAt = Date.now() + this.#clockOffset;
    let answer: WholeAnswer;
    try {
      // All of it, bodies included, so nothing can stop flowing for longer.
      answer = await withDeadline({ signal, ms, operation }, async (deadline) => {
        const { status, headers, data } = await this.#http.request<Readable>({
          method,
          // Built here and sent as it is: the client's own `params` encode some characters otherwise.
          url: `${this.#base}/${api}${query === '' ? '' : `?${query}`}`,
          headers: this.#headers(signedAt, query, body),
          ...(body === '' ? {} : { data: Buffer.from(body) }),
          signal: deadline,
        });
        return { status, headers, data: await readWhole(data, status, LONG_ANSWERS.has(api)) };
      });
    } catch (error) {
      throw transportError(error, context);
    }
    try {
      return readEnvelope(answer, context);
    } catch (error) {
      throw this.#clockCorrected(error, answer, signedAt);
    }
  }

  #headers(signedAt: number, query: string, body: string): Record<string, string> {
    const { accessKey, secretKey, eopDate: clock = 'beijing', userAgent = DEFAULT_USER_AGENT } = this.#config;
    const requestId = randomUUID();
    const date = eopDate(signedAt, clock);
    return {
      'Content-Type': 'application/json',
      'User-Agent': userAgent,
      'ctyun-eop-request-id': requestId,
      'Eop-date': date,
      'Eop-Authorization': signEop({ accessKey, secretKey, requestId, date, query, body }),
    };
  }

  /** A refused signature whose reason is this machine's clock: the next one is made with the service's time. */
  #clockCorrected(error: unknown, { headers }: WholeAnswer, signedAt: number): unknown {
    if (!(error instanceof StoreError) || error.providerCode !== 'CTAPI_10009') return error;
    const serviceTime = Date.parse(String(headers['date']));
    const skew = serviceTime - signedAt;
    if (!(Math.abs(skew) > SKEW_MS)) return error;
    // Not by the difference to what was signed: several requests may find out at once.
    this.#clockOffset = serviceTime - Date.now();
    const minutes = Math.round(Math.abs(skew) / 60_000);
    const message =
      `this machine's clock is ${minutes} minutes ${skew > 0 ? 'behind' : 'ahead of'} the service's: set it right. ` +
      "Requests are signed with the service's time from now on";
    return restate(new StoreError(error.code, message, { cause: error }), {
      provider: error.provider,
      operation: error.operation,
      key: error.key,
      status: error.status,
      providerCode: error.providerCode,
      retryable: true,
      adjusted: message,
    });
  }
}

/** @throws StoreError `Corrupt` for a success that is too long; of such a refusal the status says enough */
async function readWhole(data: Readable, status: number, long: boolean): Promise<Buffer> {
  const isRefusal = status >= 300;
  try {
    return await readBody(data, long && !isRefusal ? MAX_ANSWER_BYTES : MAX_SHORT_ANSWER_BYTES);
  } catch (error) {
    if (isRefusal && error instanceof StoreError) return Buffer.alloc(0);
    throw error;
  }
}

/** The `returnObj` of a success. @throws StoreError for all else */
function readEnvelope({ status, headers, data }: WholeAnswer, context: ErrorContext): unknown {
  const retryAfter: unknown = headers['retry-after'];
  const head = { status, retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined };
  let envelope: unknown;
  try {
    envelope = parseJson(data);
  } catch (error) {
    if (error instanceof StoreError)
      throw restate(error, { provider: 'ctyun', operation: context.operation, key: context.key, status });
    const type = String(headers['content-type'] ?? '');
    const html = /html/i.test(type) || /^\s*</.test(data.subarray(0, 1000).toString());
    const what = data.length === 0 ? 'nothing' : html ? 'an HTML page' : 'something that cannot be read';
    throw strangeAnswer(head, `${what} instead of JSON`, context);
  }
  if (typeof envelope !== 'object' || envelope === null || !('statusCode' in envelope))
    throw strangeAnswer(head, 'another document instead of its own JSON', context);
  const failure: Failure = Object.fromEntries(
    Object.entries(envelope).filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  );
  const { statusCode, errorCode, error } = failure;
  // A number, and from some services of the platform a text.
  if (statusCode !== 800 && statusCode !== '800') throw failureError(failure, head, context);
  if (status !== 200 || errorCode || error)
    throw strangeAnswer(head, 'a success that the rest of the answer contradicts', context);
  return 'returnObj' in envelope ? envelope.returnObj : undefined;
}
