import { randomUUID } from 'node:crypto';
import { restate, StoreError, withDeadline, type DriverCall } from '@store/core';
import { headerOf, HttpTransport, requestFailure, timeoutOf, type HttpAnswer } from '@store/kit';
import type { GenericSchema } from 'valibot';
import { readAnswer } from './answers.js';
import type { CtyunConfig } from './config.js';
import { encodeQuery, eopDate, signEop } from './eop-signature.js';
import { failureError, strangeAnswer, type ErrorContext, type Failure } from './errors.js';
import { parseJson } from './json-text.js';

const DEFAULT_ENDPOINT = 'https://zos-global.ctapi.ctyun.cn';
const DEFAULT_USER_AGENT = 'store-ctyun';

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

/** The JSON OpenAPI of ZOS for one bucket: signs, sends, and reads envelopes. */
export class OpenApi {
  readonly #config: CtyunConfig;
  readonly #base: string;
  readonly #transport: HttpTransport;
  /** How far the service's clock is ahead of this machine's, once a refusal has shown it; milliseconds. */
  #clockOffset = 0;

  constructor(config: CtyunConfig) {
    this.#config = config;
    this.#base = `${(config.endpoint ?? DEFAULT_ENDPOINT).replace(/\/+$/, '')}/v4/oss`;
    this.#transport = new HttpTransport(config);
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
    schema: GenericSchema<unknown, T>,
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
    schema: GenericSchema<unknown, T>,
  ): Promise<T> {
    const { bucket, regionId } = this.#config;
    const text = JSON.stringify({ bucket, regionID: regionId, ...body });
    return readAnswer(schema, await this.#send('POST', api, '', text, purpose), purpose.operation);
  }

  close(): void {
    this.#transport.close();
  }

  async #send(
    method: 'GET' | 'POST',
    api: string,
    query: string,
    body: string,
    { operation, key, signal }: Purpose,
  ): Promise<unknown> {
    const context = { bucket: this.#config.bucket, where: { provider: 'ctyun', operation, key } };
    const ms = timeoutOf(this.#config);
    const signedAt = Date.now() + this.#clockOffset;
    let answer: HttpAnswer;
    try {
      answer = await withDeadline({ signal, ms, operation }, (deadline) =>
        // Sent as it is signed.
        this.#transport.send(`${this.#base}/${api}${query === '' ? '' : `?${query}`}`, {
          method,
          headers: this.#headers(signedAt, query, body),
          content: body,
          signal: deadline,
          short: !LONG_ANSWERS.has(api),
          idleMs: ms,
        }),
      );
    } catch (error) {
      throw requestFailure(error, context.where);
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
  #clockCorrected(error: unknown, { headers }: HttpAnswer, signedAt: number): unknown {
    if (!(error instanceof StoreError) || error.providerCode !== 'CTAPI_10009') return error;
    const serviceTime = Date.parse(headerOf(headers, 'date') ?? '');
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

/** The `returnObj` of a success. @throws StoreError for all else */
function readEnvelope({ status, headers, data }: HttpAnswer, context: ErrorContext): unknown {
  const head = { status, retryAfter: headerOf(headers, 'retry-after') };
  let envelope: unknown;
  try {
    envelope = parseJson(data);
  } catch (error) {
    if (error instanceof StoreError) throw restate(error, { ...context.where, status });
    const type = headerOf(headers, 'content-type') ?? '';
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
