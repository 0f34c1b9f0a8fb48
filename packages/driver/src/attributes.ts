import { StoreError } from './errors.js';
import type { ObjectMetadata } from './objects.js';
import { headerProblem, portableMetadata } from './metadata.js';

/** The attributes that are texts in headers of HTTP. */
const HEADERS = [
  'contentType',
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
] as const;

/** What the year of a date in HTTP has room for: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 */
const LAST_TIME = Date.UTC(10_000, 0);

/**
 * What a write attaches to its object, as every provider keeps it: the same is refused and the same read back everywhere.
 * An empty text is as good as none.
 *
 * @throws StoreError `InvalidArgument` that names the attribute
 */
export function portableAttributes<T extends ObjectMetadata>(
  attributes: T,
  operation: string,
  key: string,
): T {
  const headers: Partial<Record<(typeof HEADERS)[number], undefined>> = {};
  for (const name of HEADERS) {
    const text = attributes[name];
    if (text === undefined) continue;
    if (text === '') headers[name] = undefined;
    const problem = headerProblem(text);
    if (problem !== undefined) {
      throw new StoreError('InvalidArgument', `${name}: ${problem}`, { operation, key });
    }
  }
  const { metadata, expires } = attributes;
  return {
    ...attributes,
    ...headers,
    ...(expires ? { expires: wholeSeconds(expires, operation, key) } : {}),
    ...(metadata ? { metadata: portableMetadata(metadata, operation, key) } : {}),
  };
}

/** A header has no more. */
function wholeSeconds(expires: Date, operation: string, key: string): Date {
  const time = expires.getTime();
  if (time >= 0 && time < LAST_TIME) return new Date(Math.floor(time / 1000) * 1000);
  const message = 'expires: a header takes a time from 1970 to 9999';
  throw new StoreError('InvalidArgument', message, { operation, key });
}
