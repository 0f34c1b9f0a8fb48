import { createHash, createHmac } from 'node:crypto';
import { percentEncoded } from '@store/kit';

/** `Eop-date` is in Beijing's time, whatever its `Z` says. */
const BEIJING_MS = 8 * 3_600_000;

export interface EopRequest {
  readonly accessKey: string;
  readonly secretKey: string;
  /** A new one for each attempt. */
  readonly requestId: string;
  /** As in the header. */
  readonly date: string;
  /** The query as it is sent, without the question mark. */
  readonly query: string;
  /** The body as it is sent. */
  readonly body: string | Uint8Array;
}

/**
 * The `Eop-Authorization` header of CTYUN's OpenAPI gateway. It covers the request id, the date, the query and the
 * body; method, host and path are not signed.
 *
 * Source: https://ctyun.cn/document/10264960/10022621. Some copies print `Header=`; every working client sends
 * `Headers=`.
 */
export function signEop({ accessKey, secretKey, requestId, date, query, body }: EopRequest): string {
  const text = [
    `ctyun-eop-request-id:${requestId}`,
    `eop-date:${date}`,
    '',
    query,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const key = hmac(hmac(hmac(secretKey, date), accessKey), date.slice(0, 8));
  const signature = hmac(key, text).toString('base64');
  return `${accessKey} Headers=ctyun-eop-request-id;eop-date Signature=${signature}`;
}

/**
 * `20221107T093029Z`
 *
 * @param clock documented is Beijing's; some clients send UTC and report that it works (unconfirmed)
 */
export function eopDate(time: number, clock: 'beijing' | 'utc'): string {
  const shown = new Date(clock === 'beijing' ? time + BEIJING_MS : time);
  return `${shown.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Sorted, and encoded by RFC 3986: the same text is signed and sent. */
export function encodeQuery(parameters: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${percentEncoded(String(value))}`]))
    .sort()
    .join('&');
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
