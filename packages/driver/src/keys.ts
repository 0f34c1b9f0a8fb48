import { quoteKey } from './quote-key.js';
import { StoreError } from './errors.js';

/** The longest key that S3, OSS and CTYUN take, in bytes of UTF-8. */
export const DEFAULT_MAX_KEY_BYTES = 1024;

/**
 * A key is any non-empty, well-formed Unicode string up to the provider's length limit. It is never
 * normalised: `a/../b`, `/a` and `a//b` are keys of their own.
 *
 * The two refusals protect other objects. An empty key turns a DELETE of an object into a DELETE of the
 * bucket in SDKs; a lone surrogate is replaced by U+FFFD on the wire, which is another key.
 *
 * @throws StoreError `InvalidArgument`
 */
export function assertKey(key: string, operation: string, maxBytes = DEFAULT_MAX_KEY_BYTES): void {
  const problem = keyProblem(key, maxBytes);
  if (problem !== undefined) {
    throw new StoreError('InvalidArgument', problem, { operation, key: safeKey(key) });
  }
}

/** Why a key cannot be used, or undefined when it can. */
export function keyProblem(key: unknown, maxBytes = DEFAULT_MAX_KEY_BYTES): string | undefined {
  if (typeof key !== 'string') return `a key is a string, not ${key === null ? 'null' : typeof key}`;
  if (key === '') return 'the empty string is not a key';
  if (!key.isWellFormed()) return `the key ${quoteKey(key)} is not well-formed Unicode (lone surrogate)`;
  // A UTF-16 unit is at most three bytes of UTF-8, so short keys need no counting.
  if (key.length * 3 > maxBytes) {
    const bytes = Buffer.byteLength(key);
    if (bytes > maxBytes) return `the key is ${bytes} bytes long in UTF-8; the limit is ${maxBytes}`;
  }
  return undefined;
}

/** A prefix may be empty or longer than any key, but is well-formed Unicode like one. */
export function assertPrefix(prefix: unknown, operation: string): asserts prefix is string {
  if (typeof prefix !== 'string') {
    throw new StoreError('InvalidArgument', `a prefix is a string, not ${typeof prefix}`, { operation });
  }
  if (!prefix.isWellFormed()) {
    throw new StoreError(
      'InvalidArgument',
      `the prefix ${quoteKey(prefix)} is not well-formed Unicode (lone surrogate)`,
      { operation },
    );
  }
}

function safeKey(key: unknown): string | undefined {
  return typeof key === 'string' ? key.toWellFormed().slice(0, 200) : undefined;
}

/**
 * Orders keys by their UTF-8 bytes, as object stores list them. JavaScript's `<` orders by UTF-16 units,
 * which puts U+10000 and above before U+E000–U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  // Below the surrogates both orders are the same, and comparing whole strings is quicker than their units.
  if (!SURROGATE_OR_ABOVE.test(a) || !SURROGATE_OR_ABOVE.test(b)) return a < b ? -1 : 1;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codeUnitRank(x) - codeUnitRank(y);
  }
  return a.length - b.length;
}

const SURROGATE_OR_ABOVE = /[\ud800-\uffff]/;

/** Moves surrogates above all other units, where their code points belong. */
function codeUnitRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

// XML 1.0 §2.2 Char, the characters that a document may contain at all, escaped or not.
const OUTSIDE_XML_1_0 = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/u;

/** Whether XML 1.0 can carry this key. One key that it cannot carry makes a whole batch fail (400). */
export function fitsXml(key: string): boolean {
  return PLAIN.test(key) || !OUTSIDE_XML_1_0.test(key);
}

/** Printable ASCII that XML carries as it is: most keys, told by one look. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

const XML_ESCAPED = /[&<>"'\r\n\u0085\u2028]/;
const ALL_XML_ESCAPED = new RegExp(XML_ESCAPED, 'g');

/** {@link xmlBytes} of a key that XML 1.0 can carry ({@link fitsXml}), else undefined; told by one look at most keys. */
export function fittingXmlBytes(key: string): number | undefined {
  if (PLAIN.test(key)) return key.length;
  return OUTSIDE_XML_1_0.test(key) ? undefined : xmlBytes(key);
}

/** The bytes that a key takes in an XML body, reckoning the longest usual escape for each escaped character. */
export function xmlBytes(key: string): number {
  if (PLAIN.test(key)) return key.length;
  const bytes = Buffer.byteLength(key);
  return XML_ESCAPED.test(key) ? bytes + (key.match(ALL_XML_ESCAPED)?.length ?? 0) * 7 : bytes;
}
