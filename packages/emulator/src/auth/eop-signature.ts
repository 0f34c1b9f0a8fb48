import { createHmac } from 'node:crypto';
import { type Credential, type Incoming, sameText, ServiceError, sha256 } from '@store/s3-server';

/** Documented: a signature is valid for 15 minutes. */
const MAX_SKEW_MS = 15 * 60_000;

/** The clock of `Eop-date` is Beijing's, whatever its `Z` says. */
const BEIJING_MS = 8 * 3_600_000;

export interface EopSettings {
  readonly credentials: readonly Credential[];
  /** The server's clock; milliseconds since the epoch. */
  readonly now: () => number;
  /** Which clocks are taken: sources contradict each other about UTC. */
  readonly date: 'beijing' | 'utc' | 'both';
}

/**
 * Verifies the signature of CTYUN's OpenAPI gateway (EOP): the request id, the date, the query and the body are
 * signed; method, host and path are not.
 *
 * Source: the provider's signing document, https://ctyun.cn/document/10264960/10022621
 *
 * @throws ServiceError `CTAPI_…`
 */
export function verifyEopSignature({ headers, rawQuery, body }: Incoming, settings: EopSettings): void {
  const [, accessKey = '', names = '', signature = ''] =
    /^(\S+) Headers=(\S+) Signature=(\S+)$/.exec(headers.get('eop-authorization') ?? '') ?? [];
  const date = headers.get('eop-date') ?? '';
  // Said to be held up by the gateway's risk control.
  if (!headers.get('user-agent')) throw refused();
  if (names !== 'ctyun-eop-request-id;eop-date' || !headers.get('ctyun-eop-request-id')) throw refused();
  const credential = settings.credentials.find(({ accessKeyId }) => accessKeyId === accessKey);
  if (!credential) throw new ServiceError(403, 'CTAPI_10002', 'ctyun-EOP: invalid AK');
  if (!isCurrent(date, settings)) throw refused();
  const text = [
    `ctyun-eop-request-id:${headers.get('ctyun-eop-request-id')}`,
    `eop-date:${date}`,
    '',
    rawQuery,
    sha256(body),
  ].join('\n');
  const expected = hmac(eopSigningKey(accessKey, credential.secretAccessKey, date), text).toString('base64');
  if (!sameText(expected, signature)) throw refused();
}

export function eopSigningKey(accessKey: string, secretKey: string, date: string): Buffer {
  return hmac(hmac(hmac(secretKey, date), accessKey), date.slice(0, 8));
}

function isCurrent(date: string, { now, date: clock }: EopSettings): boolean {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  const offsets = { beijing: [BEIJING_MS], utc: [0], both: [BEIJING_MS, 0] }[clock];
  return offsets.some((offset) => Math.abs(time - offset - now()) <= MAX_SKEW_MS);
}

/** The only refusal that anybody has quoted; what an outdated date gets is not known, so it gets the same. */
function refused(): ServiceError {
  return new ServiceError(403, 'CTAPI_10009', 'ctyun-EOP: signature verification failed');
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
