import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** What a face of the emulator answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

/** An answer with an XML document. */
export function xmlAnswer(
  document: string,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${document}`,
  };
}

/**
 * Sends an answer: head and body in one write, because a second small write waits for the client's delayed
 * acknowledgement (40 ms).
 *
 * @param truncateTo closes the connection after this many bytes of the body
 */
export function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  head: boolean,
  truncateTo?: number,
): Promise<void> {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : Buffer.from(answer.body ?? []);
  const bodiless = head || answer.status === 204 || answer.status === 304;
  const length = bodiless ? {} : { 'content-length': String(body.length) };
  response.writeHead(answer.status, { ...length, ...answer.headers });
  return new Promise((resolve) => {
    response.once('close', resolve);
    if (truncateTo !== undefined) {
      response.write(body.subarray(0, truncateTo), () => response.destroy());
    } else {
      response.end(bodiless ? undefined : body);
    }
  });
}

export function md5Base64(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64');
}
