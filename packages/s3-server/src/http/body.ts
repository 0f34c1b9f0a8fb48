import type { IncomingMessage } from 'node:http';
import type { Lease } from './bytes-in-flight.js';
import { ServiceError, slowDown } from './service-error.js';

export interface BodyReading {
  /** Most bytes of the body, and what a larger one is refused with; default: any number. */
  readonly limit?:
    { readonly maxBytes: number; readonly refuse: (maxBytes: number) => ServiceError } | undefined;
  /** Milliseconds without a byte after which the body is given up; default: never. */
  readonly idleMs?: number | undefined;
}

/**
 * The body of a request as it comes. Nothing more is taken from the connection than is asked for. A length that is announced
 * is looked at before the first byte is read.
 *
 * @throws ServiceError what the limit says, `RequestTimeout`; Error when the client goes away before the end
 */
export async function* bodyChunks(
  message: IncomingMessage,
  { limit, idleMs }: BodyReading,
): AsyncGenerator<Buffer, void> {
  const maxBytes = limit?.maxBytes ?? Infinity;
  const check = (bytes: number): void => {
    if (limit && bytes > maxBytes) throw limit.refuse(maxBytes);
  };
  check(announcedLength(message) ?? 0);
  const arrived: Buffer[] = [];
  let over: { readonly error?: unknown } | undefined;
  let wake = (): void => undefined;
  const onData = (chunk: Buffer): void => {
    message.pause();
    arrived.push(chunk);
    wake();
  };
  const end = (how: { readonly error?: unknown }): void => {
    over ??= how;
    wake();
  };
  const onEnd = (): void => end({});
  const onClose = (): void => end({ error: new Error('the client went away') });
  // The error of a client that goes away is followed by `close`.
  message.on('error', () => undefined);
  message.on('data', onData).on('end', onEnd).on('close', onClose);
  message.pause();
  if (message.readableEnded) onEnd();
  else if (message.destroyed) onClose();
  let bytes = 0;
  try {
    for (;;) {
      const chunk = arrived.shift();
      if (chunk) {
        bytes += chunk.length;
        check(bytes);
        yield chunk;
      } else if (over) {
        if ('error' in over) throw over.error;
        return;
      } else {
        const timer =
          idleMs === undefined ? undefined : setTimeout(() => end({ error: requestTimeout() }), idleMs);
        await new Promise<void>((resolve) => {
          wake = resolve;
          message.resume();
        });
        clearTimeout(timer);
      }
    }
  } finally {
    message.off('data', onData).off('end', onEnd).off('close', onClose);
    message.pause();
  }
}

/**
 * Reads the body of a request into memory.
 *
 * @param lease where its bytes are counted; its holder gives them back
 * @throws ServiceError as {@link bodyChunks}, and `SlowDown`
 */
export async function readBody(
  message: IncomingMessage,
  reading: BodyReading,
  lease?: Lease,
): Promise<Buffer> {
  const { limit } = reading;
  const announced = announcedLength(message);
  if (limit && announced !== undefined && announced > limit.maxBytes) throw limit.refuse(limit.maxBytes);
  if (announced !== undefined && lease?.take(announced) === false) throw slowDown();
  const body = announced === undefined ? new Pieces() : new Whole(announced);
  for await (const chunk of bodyChunks(message, reading)) {
    if (announced === undefined && lease?.take(chunk.length) === false) throw slowDown();
    body.add(chunk);
  }
  return body.joined();
}

function announcedLength(message: IncomingMessage): number | undefined {
  const header = message.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

/** A body whose length is known: held once. */
class Whole {
  #bytes = 0;
  readonly #buffer: Buffer;

  constructor(length: number) {
    // What has not arrived yet is not touched, and takes no memory.
    this.#buffer = Buffer.allocUnsafeSlow(length);
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.copy(this.#buffer, this.#bytes);
  }

  joined(): Buffer {
    return this.#buffer.subarray(0, this.#bytes);
  }
}

class Pieces {
  readonly #chunks: Buffer[] = [];

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  joined(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function requestTimeout(): ServiceError {
  return new ServiceError(
    400,
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period.',
  );
}
