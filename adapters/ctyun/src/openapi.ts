import { randomUUID } from 'node:crypto';
import { restate, StoreError, withDeadline, type DriverCall } from '@store/driver';
import {
  headerOf,
  HttpTransport,
  parseJson,
  requestFailure,
  retryAfterMs,
  timeoutOf,
  type FailurePlace,
  type HttpAnswer,
} from '@store/kit';
import { readAnswer } from './answers.js';
import type { ApiCall } from './calls.js';
import type { CtyunConfig } from './config.js';
import { encodeQuery, eopDate, signEop } from './eop-signature.js';
import { failureError, strangeAnswer, type Failure } from './errors.js';

export const DEFAULT_ENDPOINT = 'https://zos-global.ctapi.ctyun.cn';
const DEFAULT_USER_AGENT = 'store-ctyun';

/** Differences of clocks above this are why a signature is refused, in milliseconds: it lives for 15 minutes. */
const SKEW_MS = 14 * 60_000;

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

  /**
   * Resolves to the `returnObj` of a success, which has to be as documented.
   *
   * @param about the key that a failure is about
   */
  async ask<T>(
    { method, api, operation, answer: schema, long = false, account }: ApiCall<T>,
    parameters: Readonly<Record<string, unknown>> & { readonly key?: string },
    { signal }: DriverCall,
    about = parameters.key,
  ): Promise<T> {
    const { bucket, regionId } = this.#config;
    const where = { provider: 'ctyun', operation, key: about };
    const all = { ...(account ? {} : { bucket }), regionID: regionId, ...parameters };
    const [query, body] = method === 'GET' ? [encodeQuery(all), ''] : ['', JSON.stringify(all)];
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
          short: !long,
          idleMs: ms,
        }),
      );
    } catch (error) {
      throw requestFailure(error, where);
    }
    let returnObj: unknown;
    try {
      returnObj = readEnvelope(answer, where, bucket);
    } catch (error) {
      throw this.#clockCorrected(error, answer, signedAt);
    }
    return readAnswer(schema, returnObj, operation);
  }

  close(): void {
    this.#transport.close();
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
    const { code, provider, operation, key, status, providerCode } = error;
    const details = { provider, operation, key, status, providerCode, cause: error };
    return new StoreError(code, message, { ...details, retryable: true, adjusted: message });
  }
}

/** The `returnObj` of a success. @throws StoreError for all else */
function readEnvelope({ status, headers, data }: HttpAnswer, where: FailurePlace, bucket: string): unknown {
  const place = { ...where, status, retryAfterMs: retryAfterMs(headerOf(headers, 'retry-after')) };
  let envelope: unknown;
  try {
    envelope = parseJson(data);
  } catch (error) {
    if (error instanceof StoreError) throw restate(error, { ...where, status });
    const type = headerOf(headers, 'content-type') ?? '';
    const html = /html/i.test(type) || /^\s*</.test(data.subarray(0, 1000).toString());
    const what = data.length === 0 ? 'nothing' : html ? 'an HTML page' : 'something that cannot be read';
    throw strangeAnswer(place, `${what} instead of JSON`);
  }
  if (typeof envelope !== 'object' || envelope === null || !('statusCode' in envelope))
    throw strangeAnswer(place, 'another document instead of its own JSON');
  const failure: Failure = Object.fromEntries(
    Object.entries(envelope).filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  );
  const { statusCode, errorCode, error } = failure;
  // A number, and from some services of the platform a text.
  if (statusCode !== 800 && statusCode !== '800') throw failureError(failure, place, bucket);
  if (status !== 200 || errorCode || error)
    throw strangeAnswer(place, 'a success that the rest of the answer contradicts');
  return 'returnObj' in envelope ? envelope.returnObj : undefined;
}
