import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface WrongAnswer {
  /** Default 200. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

/**
 * Gives the answer, or undefined: then it does with the response what it likes, also nothing. Of a request it sees the
 * head; its body is read and thrown away as soon as there is an answer.
 */
export type WrongBehaviour = (request: IncomingMessage, response: ServerResponse) => WrongAnswer | undefined;

export interface WrongServer extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
}

/** An HTTP server on loopback that checks nothing and answers as it is told: for services that break their promises. */
export async function startWrongServer(behaviour: WrongBehaviour): Promise<WrongServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const answer = behaviour(request, response);
    if (!answer) return;
    request.resume();
    response.writeHead(answer.status ?? 200, { ...answer.headers });
    response.end(answer.body);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Sends an answer without end, until the other side has had enough. @returns how many bytes were sent so far */
export function flood(response: ServerResponse, chunk: Uint8Array): () => number {
  let sent = 0;
  const more = (): void => {
    while (!response.destroyed) {
      sent += chunk.length;
      if (!response.write(chunk)) break;
    }
  };
  response.on('drain', more);
  more();
  return () => sent;
}
