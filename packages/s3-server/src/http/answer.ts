import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

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
 */
export function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  head: boolean,
  truncateTo?: number,
): Promise<void> {
  const bodiless = head || answer.status === 204 || answer.status === 304;
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  if (answer.body instanceof Readable) {
    response.writeHead(answer.status, answer.headers);
    // An error on the way ends the connection; the client misses bytes and sees it.
    if (bodiless) response.end();
    else pipeline(answer.body, exactly(answer), response).catch(() => response.destroy());
    return closed;
  }
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : Buffer.from(answer.body ?? []);
  const length = bodiless ? {} : { 'content-length': String(body.length) };
  response.writeHead(answer.status, { ...length, ...answer.headers });
  if (truncateTo !== undefined) response.write(body.subarray(0, truncateTo), () => response.destroy());
  else response.end(bodiless ? undefined : body);
  return closed;
}

/** Breaks a body off that ends too early: the connection must not look as if there were more to come. */
function exactly({ headers }: Answer): (body: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (body) {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
    const announced = headers?.['content-length'];
    if (announced !== undefined && Number(announced) !== bytes)
      throw new Error(`the body has ${bytes} bytes, not ${announced}`);
  };
}

export function md5Base64(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64');
}
