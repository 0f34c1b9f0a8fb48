import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { StoreError } from '@store/driver';

/** What a face answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A stream comes with its `content-length` among the headers. */
  readonly body?: string | Uint8Array | Readable | undefined;
}

/** An answer with an XML document. */
export function xmlAnswer(
  document: string,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): WholeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${document}`,
  };
}

/** An answer whose body is in memory. */
export type WholeAnswer = Answer & { readonly body?: string | Uint8Array | undefined };

/** The same answer with its body read to the end. */
export async function wholeAnswer(answer: Answer): Promise<WholeAnswer> {
  const { body, ...rest } = answer;
  return body instanceof Readable ? { ...rest, body: await buffer(body) } : { ...rest, body };
}

/**
 * Sends an answer: head and body in one write where the body is in memory, because a second small write waits for the
 * client's delayed acknowledgement (40 ms).
 *
 * @param truncateTo closes the connection after this many bytes of the body
 * @returns when it is out, or the client has gone: what broke the body off, which then ended too early
 * @throws Error when a header cannot be written; nothing was sent then
 */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  head: boolean,
  truncateTo?: number,
): Promise<unknown> {
  const { status, headers } = answer;
  const bodiless = head || status === 204 || status === 304;
  const closed = closeOf(response);
  if (answer.body instanceof Readable) {
    const { body } = answer;
    let broken: unknown;
    // What a store reads for nobody is given up; that it says so then helps nobody.
    const note = (error: unknown): void => {
      if (!isGone(response)) broken ??= error;
    };
    body.on('error', note);
    // The pipeline would see that nobody listens only with the next chunk, which may never come.
    void closed.then(() => body.destroy());
    try {
      response.writeHead(status, headers);
    } catch (error) {
      body.destroy();
      throw error;
    }
    if (bodiless || isGone(response)) {
      body.destroy();
      response.end();
      await closed;
      return undefined;
    }
    // An error on the way ends the connection; the client misses bytes and sees it.
    pipeline(body, exactly(answer, note), response).catch(() => response.destroy());
    await closed;
    return broken;
  }
  const body = bytesOf(answer.body);
  response.writeHead(status, { ...(bodiless ? {} : { 'content-length': String(body.length) }), ...headers });
  if (truncateTo !== undefined) response.write(body.subarray(0, truncateTo), () => response.destroy());
  else response.end(bodiless ? undefined : body);
  await closed;
  return undefined;
}

/** How long and for how many bytes a client is listened to that still sends when its answer is out. */
const LINGER_MS = 1000;
const LINGER_BYTES = 256 * 1024;

/**
 * Answers a request whose body is not wanted, and closes the connection. The client may be in the middle of sending:
 * a connection that is closed at once is reset, and with it goes the answer, so the close waits for the client for a
 * moment, and throws away the little that it may still send.
 */
export async function sendLastAnswer(
  message: IncomingMessage,
  response: ServerResponse,
  answer: WholeAnswer,
  head: boolean,
): Promise<void> {
  const bodiless = head || answer.status === 204 || answer.status === 304;
  const body = bytesOf(answer.body);
  const closed = closeOf(response);
  response.writeHead(answer.status, {
    ...(bodiless ? {} : { 'content-length': String(body.length) }),
    ...answer.headers,
    connection: 'close',
  });
  if (bodiless) response.flushHeaders();
  else response.write(body);
  await lingered(message, closed);
  response.end();
  return closed;
}

function lingered(message: IncomingMessage, closed: Promise<void>): Promise<void> {
  if (message.complete) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    let bytes = 0;
    message.on('error', () => undefined);
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LINGER_BYTES) message.pause();
    });
    message.once('end', end);
    void closed.then(end);
    message.resume();
  });
}

function bytesOf(body: string | Uint8Array | undefined): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : (body ?? new Uint8Array());
}

function isGone(response: ServerResponse): boolean {
  return response.destroyed || response.req.socket.destroyed;
}

/**
 * Resolves when a response is done with, one way or the other. One that waits behind another has no socket of its own, and
 * says nothing when the connection goes.
 */
export function closeOf(response: ServerResponse): Promise<void> {
  const { socket } = response.req;
  if (isGone(response)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('close', done);
      socket.off('close', done);
      resolve();
    };
    response.once('close', done);
    socket.once('close', done);
  });
}

/** Breaks a body off that ends too early: the connection must not look as if there were more to come. */
function exactly(
  { headers }: Answer,
  onShort: (error: unknown) => void,
): (body: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (body) {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
    const announced = headers?.['content-length'];
    if (announced === undefined || Number(announced) === bytes) return;
    const error = new StoreError('Corrupt', `the body has ${bytes} bytes, not ${announced}`);
    onShort(error);
    throw error;
  };
}

export function md5Base64(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64');
}
