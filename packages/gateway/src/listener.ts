import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '@store/core';
import { closeOf } from '@store/s3-server';
import { Turns } from './turns.js';

/** How often connections are looked at that are too slow, in milliseconds. */
const CHECK_INTERVAL_MS = 5_000;

/** How often a server that is stopping looks for connections that have become idle, in milliseconds. */
const IDLE_INTERVAL_MS = 50;

/** A certificate with its chain, and its key; PEM. */
export interface TlsFiles {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
}

export interface ListenerSettings {
  readonly tls?: TlsFiles | undefined;
  readonly headersMs: number;
  readonly requestMs: number;
  readonly maxConnections: number;
  /** @param goOn asks for the body, where the client waits for that */
  readonly serve: (message: IncomingMessage, response: ServerResponse, goOn?: () => void) => void;
}

/** An HTTP server with limits, that can end gracefully. */
export class Listener {
  readonly #server: Server;
  readonly #scheme: string;
  readonly #sockets = new Set<Socket>();
  /** Answers that are not out yet. */
  readonly #answering = new Set<ServerResponse>();
  readonly #turns = new Turns();
  #stopping = false;

  constructor({ tls, headersMs, requestMs, maxConnections, serve }: ListenerSettings) {
    const limits = {
      // Node takes no longer one than for the whole.
      headersTimeout: Math.min(headersMs, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersMs),
    };
    this.#scheme = tls ? 'https' : 'http';
    this.#server = tls
      ? createTlsServer({
          ...limits,
          cert: Buffer.from(tls.cert),
          key: Buffer.from(tls.key),
          handshakeTimeout: headersMs,
        })
      : createServer(limits);
    this.#server.maxConnections = maxConnections;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const take = (message: IncomingMessage, response: ServerResponse, goOn?: () => void): void =>
      this.#turns.take(response, () => {
        this.#answering.add(response);
        void closeOf(response).then(() => this.#answering.delete(response));
        if (this.#stopping) response.setHeader('connection', 'close');
        serve(message, response, goOn);
      });
    this.#server.on('request', (message, response) => take(message, response));
    // Whatever else is expected: nobody knows anything of it, and S3 goes on.
    this.#server.on('checkExpectation', (message, response) => take(message, response));
    // Nobody is asked for a body whose signature is wrong.
    this.#server.on('checkContinue', (message, response) =>
      take(message, response, () => response.writeContinue()),
    );
  }

  /** Whether it takes no more connections. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** Open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Requests whose answer is not out yet. */
  get requests(): number {
    return this.#answering.size;
  }

  /** @param port 0 for any free one. @returns where it listens: `https://127.0.0.1:9000` */
  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) => reject(cannotListen(port, host, cause)));
      this.#server.listen(port, host, resolve);
    });
    const shown = host.includes(':') ? `[${host}]` : host;
    // A server on TCP has such an address.
    return `${this.#scheme}://${shown}:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Takes no more connections, and ends when those that are there have their answers.
   *
   * @param graceMs how long they have; what is still going on then is broken off
   */
  async close(graceMs: number): Promise<void> {
    this.#stopping = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const response of this.#answering)
      if (!response.headersSent) response.setHeader('connection', 'close');
    const end = Date.now() + graceMs;
    while (this.#answering.size > 0 && Date.now() < end) await sleep(IDLE_INTERVAL_MS);
    this.#server.closeAllConnections();
    // Those that have not said anything yet.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** What systems say most often, in words that say what to do. */
const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; choose another port',
  EACCES: 'the system keeps this port for others; choose one above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; choose another host',
};

function cannotListen(port: number, host: string, cause: NodeJS.ErrnoException): StoreError {
  const why = WHY_NOT[cause.code ?? ''] ?? cause.message;
  return new StoreError('InvalidArgument', `cannot listen on port ${port} of ${host}: ${why}`, { cause });
}
