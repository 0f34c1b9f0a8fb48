import { StoreError } from './errors.js';
import { quoteKey } from './quote-key.js';

type Metadata = Readonly<Record<string, string>>;

/**
 * Bytes of all names and values, as they are sent. S3's limit for user metadata; OSS takes 8 KiB.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
const MAX_BYTES = 2048;

// RFC 9110 §5.6.2 token: what the name of a header is made of.
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

const CONTROL = /\p{Cc}/u;

/** Bytes of text in one encoded word, so that it has at most the 75 characters that RFC 2047 §2 allows. */
const PIECE_BYTES = 45;

/** Characters of an encoded word beside those of its text: `=?UTF-8?B?` and `?=`. */
const WORD_FRAME = 12;

/**
 * User metadata as every provider keeps it: names in lower case, nothing that one of them would refuse, change or lose.
 *
 * @throws StoreError `InvalidArgument` that names the entry
 */
export function portableMetadata(metadata: Metadata, operation: string, key: string): Metadata {
  const portable = new Map<string, string>();
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    const problem = nameProblem(name) ?? valueProblem(value);
    if (problem !== undefined) throw refused(`metadata ${quoteKey(name)}: ${problem}`, operation, key);
    const lower = name.toLowerCase();
    if (portable.has(lower)) {
      const message = `metadata ${quoteKey(name)}: another name differs from it by case alone, and services ignore case`;
      throw refused(message, operation, key);
    }
    portable.set(lower, value);
    bytes += lower.length + sentBytes(value);
  }
  if (bytes > MAX_BYTES) {
    const largest = largestOf(portable);
    const message = `metadata ${quoteKey(largest)}: all entries together take ${bytes} bytes as they are sent; the limit is ${MAX_BYTES}`;
    throw refused(message, operation, key);
  }
  return Object.fromEntries(portable);
}

/** Why a text cannot be the value of a header such as `Cache-Control`, or undefined when it can. */
export function headerProblem(text: string): string | undefined {
  if (!PRINTABLE_ASCII.test(text)) return 'a header takes printable ASCII alone';
  return spaceProblem(text);
}

/**
 * The parts of a value that travel as one encoded word each (RFC 2047, UTF-8), with whole characters in each; undefined
 * for a value that travels as it is. What looks like an encoded word travels as one too, so that it is read back as it is.
 */
export function encodedPieces(value: string): readonly string[] | undefined {
  if (PRINTABLE_ASCII.test(value) && !value.includes('=?')) return undefined;
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const character of value) {
    const more = Buffer.byteLength(character);
    if (bytes + more > PIECE_BYTES) {
      pieces.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += character;
    bytes += more;
  }
  return [...pieces, piece];
}

function sentBytes(value: string): number {
  const pieces = encodedPieces(value);
  if (!pieces) return value.length;
  const words = pieces.map((piece) => WORD_FRAME + 4 * Math.ceil(Buffer.byteLength(piece) / 3));
  return words.reduce((sum, length) => sum + length, pieces.length - 1);
}

function nameProblem(name: string): string | undefined {
  if (!NAME.test(name)) return "a name is made of letters, digits and !#$%&'*+-.^_`|~, as of a header";
  // SDKs read metadata into plain objects, where this is no entry.
  return name.toLowerCase() === '__proto__' ? 'this name is lost on the way' : undefined;
}

function valueProblem(value: string): string | undefined {
  const control = CONTROL.exec(value)?.[0];
  if (control !== undefined) {
    const code = (control.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `the value has a control character (U+${code})`;
  }
  if (!value.isWellFormed()) return 'the value is not well-formed Unicode (lone surrogate)';
  return spaceProblem(value);
}

/** HTTP takes it away. */
function spaceProblem(value: string): string | undefined {
  return value === value.trim() ? undefined : 'the value begins or ends with white space';
}

function largestOf(metadata: ReadonlyMap<string, string>): string {
  const sizes = Array.from(metadata, ([name, value]) => ({ name, bytes: name.length + sentBytes(value) }));
  return sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a)).name;
}

function refused(message: string, operation: string, key: string): StoreError {
  return new StoreError('InvalidArgument', message, { operation, key });
}
