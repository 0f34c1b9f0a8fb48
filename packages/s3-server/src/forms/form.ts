import { ServiceError } from '../http/service-error.js';

/** All fields of a form together, in bytes; S3 takes 20 KB. */
const MAX_FIELDS_BYTES = 64 * 1024;

const END_OF_HEADERS = Buffer.from('\r\n\r\n');

/** A form with a file: its fields, which come first, and the file, which is still on its way. */
export interface Form {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  /** The `Content-Type` of the file's own part. */
  readonly fileType: string | undefined;
  readonly file: AsyncIterable<Buffer>;
}

/**
 * Reads a `multipart/form-data` body as far as its file, which is the last thing in it that means something.
 *
 * @throws ServiceError `MalformedPOSTRequest`, `MaxPostPreDataLengthExceeded`; its file does so, too
 */
export async function readForm(chunks: AsyncIterable<Buffer>, contentType: string): Promise<Form> {
  const [, quoted, plain] = /boundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const reader = new Reader(chunks);
  const fields = new Map<string, string>();
  // The first delimiter has no line in front.
  await reader.until(delimiter);
  for (;;) {
    const headers = (await reader.until(END_OF_HEADERS)).toString();
    const [, name = ''] = /^content-disposition:.*?[; ]name="([^"]*)"/im.exec(headers) ?? [];
    const field = name.toLowerCase();
    if (!headers.startsWith('\r\n') || field === '' || fields.has(field)) throw malformed();
    if (field === 'file') {
      const [, fileName = ''] = /^content-disposition:.*?filename="([^"]*)"/im.exec(headers) ?? [];
      const [, fileType] = /^content-type:[ \t]*([^\r\n]*?)[ \t]*$/im.exec(headers) ?? [];
      return { fields, fileName, fileType, file: reader.fileUntil(delimiter) };
    }
    fields.set(field, (await reader.until(delimiter)).toString());
  }
}

class Reader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.from('\r\n');
  #fieldBytes = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#source = chunks[Symbol.asyncIterator]();
  }

  /** What stands in front of a marker, which is gone then. */
  async until(marker: Buffer): Promise<Buffer> {
    for (let from = 0; ;) {
      const at = this.#held.indexOf(marker, from);
      const bytes = at < 0 ? this.#held.length : at + marker.length;
      if (this.#fieldBytes + bytes > MAX_FIELDS_BYTES) {
        throw new ServiceError(
          400,
          'MaxPostPreDataLengthExceeded',
          'Your POST request fields preceding the upload file were too large.',
        );
      }
      if (at >= 0) {
        this.#fieldBytes += bytes;
        const found = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(bytes);
        return found;
      }
      from = Math.max(0, this.#held.length - marker.length);
      if (!(await this.#more())) throw malformed();
    }
  }

  /** The bytes up to a marker. What comes behind it is read, and means nothing. */
  async *fileUntil(marker: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(marker);
      if (at >= 0) {
        if (at > 0) yield this.#held.subarray(0, at);
        while (this.#held.length < MAX_FIELDS_BYTES && (await this.#more()));
        return;
      }
      // Its begin may be at the end.
      const sure = this.#held.length - marker.length;
      if (sure > 0) {
        const piece = this.#held.subarray(0, sure);
        this.#held = this.#held.subarray(sure);
        yield piece;
      }
      if (!(await this.#more())) throw malformed();
    }
  }

  async #more(): Promise<boolean> {
    const next: IteratorResult<Buffer, unknown> = await this.#source.next();
    if (next.done) return false;
    this.#held = Buffer.concat([this.#held, next.value]);
    return true;
  }
}

function malformed(): ServiceError {
  return new ServiceError(
    400,
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
  );
}
