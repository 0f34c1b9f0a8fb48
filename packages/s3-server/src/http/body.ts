import type { IncomingMessage } from 'node:http';
import type { Lease } from './bytes-in-flight.js';
import { ServiceError, slowDown } from './service-error.js';

export interface BodyReading {
  /** Most bytes of the body; default: any number. */
  readonly maxBytes?: number | undefined;
  /** What a larger body is refused with; default `EntityTooLarge`. */
  readonly tooLarge?: ((maxBytes: number) => ServiceError) | undefined;
  /** Milliseconds without a byte after which the body is given up; default: never. */
  readonly idleMs?: number | undefined;
  /** Where the bytes are counted; its holder gives them back. */
  readonly lease?: Lease | undefined;
}

/**
 * Reads the body of a request. A length that is announced is looked at before the first byte is read.
 *
 * @throws ServiceError `EntityTooLarge`, `RequestTimeout`, `SlowDown`; Error when the client goes away before the end
 */
export function readBody(message: IncomingMessage, reading: BodyReading): Promise<Buffer> {
  const { maxBytes = Infinity, idleMs, lease, tooLarge = entityTooLarge } = reading;
  const header = message.headers['content-length'];
  const announced = header === undefined ? undefined : Number(header);
  if (announced !== undefined) {
    if (announced > maxBytes) return Promise.reject(tooLarge(maxBytes));
    if (lease?.take(announced) === false) return Promise.reject(slowDown());
  }
  return new Promise((resolve, reject) => {
    const body = announced === undefined ? new Pieces() : new Whole(announced);
    const end = (result: () => void): void => {
      clearTimeout(timer);
      message.off('data', onData).off('end', onEnd).off('close', onClose);
      message.pause();
      result();
    };
    const fail = (error: unknown): void => end(() => reject(error));
    const onData = (chunk: Buffer): void => {
      timer?.refresh();
      if (body.bytes + chunk.length > maxBytes) fail(tooLarge(maxBytes));
      else if (announced === undefined && lease?.take(chunk.length) === false) fail(slowDown());
      else body.add(chunk);
    };
    const onEnd = (): void => end(() => resolve(body.joined()));
    const onClose = (): void => fail(new Error('the client went away'));
    const onIdle = (): void => fail(requestTimeout());
    const timer = idleMs === undefined ? undefined : setTimeout(onIdle, idleMs);
    // The error of a client that goes away is followed by `close`.
    message.on('error', () => undefined);
    message.on('data', onData).on('end', onEnd).on('close', onClose);
    if (message.destroyed) onClose();
  });
}

/** A body whose length is known: held once. */
class Whole {
  bytes = 0;
  readonly #buffer: Buffer;

  constructor(length: number) {
    // What has not arrived yet is not touched, and takes no memory.
    this.#buffer = Buffer.allocUnsafeSlow(length);
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.copy(this.#buffer, this.bytes);
  }

  joined(): Buffer {
    return this.#buffer.subarray(0, this.bytes);
  }
}

class Pieces {
  bytes = 0;
  readonly #chunks: Buffer[] = [];

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#chunks.push(chunk);
  }

  joined(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

function entityTooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    400,
    'EntityTooLarge',
    `A request may bring ${maxBytes} bytes here; send larger objects as a multipart upload`,
    { MaxSizeAllowed: String(maxBytes) },
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function requestTimeout(): ServiceError {
  return new ServiceError(
    400,
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period.',
  );
}
