import type { KeptBody } from '@store/driver';

/** A request without its server: what its headers and parameters are called, and the values of those that it has. */
export interface UnsignedRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Of an object; without it the request is about the bucket. */
  readonly key?: string | undefined;
  /** Those that are undefined are left out, here and in `headers`. */
  readonly query: Values;
  readonly headers?: Values | undefined;
  readonly content?: Buffer | undefined;
  /** In place of `content`; its length and its hash have to be among the headers. */
  readonly kept?: KeptBody | undefined;
}

type Values = Readonly<Record<string, string | number | undefined>>;

/** Those that are given, as texts. */
export function givenValues(values: Values = {}): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) found[name] = String(value);
  return found;
}

/** The path of an object below that of its bucket. Every segment stays as it is, `.` and `..` too. */
export function objectPath(bucketPath: string, key: string): string {
  return `${bucketPath.replace(/\/$/, '')}/${key.split('/').map(percentEncoded).join('/')}`;
}

/** The query of a URL, written as signatures of version 4 have it. */
export function queryText(query: Readonly<Record<string, unknown>>): string {
  const parameters = Object.entries(query).map(
    ([name, value]) => `${percentEncoded(name)}=${percentEncoded(String(value))}`,
  );
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`;
}

/** By RFC 3986: all but letters, digits and `-._~`. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
