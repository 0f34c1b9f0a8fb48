import type { Query } from './query.js';

/** What a signature in the query is made of, and no header. */
const OF_SIGNATURE = new Set([
  'x-amz-algorithm',
  'x-amz-content-sha256',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/**
 * Headers that SDKs put into the query of a presigned URL, so that whoever uses it need not send them: S3 takes them for
 * headers, and they are signed with the query.
 *
 * @returns by lower-case name, one character for each byte of UTF-8 as in a header
 */
export function hoistedHeaders(query: Query): ReadonlyMap<string, string> {
  const hoisted = new Map<string, string>();
  if (!query.has('X-Amz-Algorithm')) return hoisted;
  for (const [name, value] of query.pairs) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('x-amz-') || OF_SIGNATURE.has(lower) || hoisted.has(lower)) continue;
    hoisted.set(lower, Buffer.from(value).toString('latin1'));
  }
  return hoisted;
}
