import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Face,
  type Incoming,
  Query,
  readIncoming,
  sendAnswer,
  sendLastAnswer,
  ServiceError,
  type Subject,
  wholeAnswer,
  type WholeAnswer,
} from '@store/s3-server';
import { refusal, type Faults } from './faults.js';
import type { LoadModel } from './load-model.js';
import { visibleHeaders, visibleQuery, type LogEntry, type RequestLog } from './request-log.js';

/** What all faces of an emulator share. */
export interface Surroundings {
  readonly log: RequestLog;
  /** Can be replaced while the emulator runs. */
  readonly faults: () => Faults;
  readonly load: () => LoadModel;
  /** The clock of the service. */
  readonly now: () => number;
}

const WRITES = new Set(['PUT', 'POST', 'DELETE']);

/** Serves one face over HTTP, with faults, latency and log. */
export class FaceServer {
  readonly #face: Face;
  readonly #surroundings: Surroundings;
  readonly #server: Server;
  readonly #closing = new AbortController();

  constructor(face: Face, surroundings: Surroundings) {
    this.#face = face;
    this.#surroundings = surroundings;
    this.#server = createServer((message, response) => {
      this.#serve(message, response).catch(() => message.socket.destroy());
    });
    // One for each request that waits.
    setMaxListeners(0, this.#closing.signal);
    // What is too slow or hangs is the fault plan's business.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @param port 0 for any free one. @returns the port */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log, now } = this.#surroundings;
    response.setHeader('date', new Date(now()).toUTCString());
    const number = log.next();
    const requestId = number.toString(16).toUpperCase().padStart(16, '0');
    for (const [name, value] of Object.entries(this.#face.idHeaders(requestId)))
      response.setHeader(name, value);
    const request = await this.#read(message, response, requestId);
    if (!request) return;
    const entry: LogEntry = {
      number,
      time: new Date(request.receivedAt).toISOString(),
      face: this.#face.name,
      method: request.method,
      path: request.rawPath,
      query: visibleQuery(request.query.pairs),
      headers: visibleHeaders(request.headers),
      operation: 'Unknown',
      bytesIn: request.body.length,
    };
    try {
      await this.#perform(request, response, entry, requestId);
    } finally {
      entry.elapsedMs = Date.now() - request.receivedAt;
      log.add(entry);
    }
  }

  async #read(
    message: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<Incoming | undefined> {
    try {
      return await readIncoming(message);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      await sendLastAnswer(
        message,
        response,
        this.#face.refuse(
          error,
          { rawPath: message.url ?? '', headers: new Map(), query: Query.parse('') },
          requestId,
        ),
        false,
      );
      return undefined;
    }
  }

  async #perform(
    request: Incoming,
    response: ServerResponse,
    entry: LogEntry,
    requestId: string,
  ): Promise<void> {
    const refuse = (error: unknown): WholeAnswer => {
      const answer = this.#face.refuse(error, request, requestId);
      entry.code = error instanceof ServiceError ? error.code : undefined;
      return answer;
    };
    let subject: Subject;
    try {
      subject = this.#face.identify(request);
    } catch (error) {
      return this.#send(request, response, entry, refuse(error));
    }
    entry.operation = subject.operation;
    entry.bucket = subject.bucket;
    entry.key = subject.key;
    const faults = this.#surroundings.faults();
    const load = this.#surroundings.load();
    const bypassGovernance = request.headers.get('x-amz-bypass-governance-retention') === 'true';
    const about = { ...subject, bypassGovernance };
    const effects = faults.effectsOn(about);
    const names = effects.map((effect) => Object.keys(effect)[0]);
    if (names.length > 0) entry.fault = names.join(', ');

    let delayMs = load.delayMs(subject.keys.length);
    for (const effect of effects) if ('delayMs' in effect) delayMs += effect.delayMs;
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.#closing.signal });

    let answer: WholeAnswer | undefined;
    for (const effect of effects) {
      if ('reset' in effect && effect.reset === 'before') {
        response.socket?.resetAndDestroy();
        return;
      }
      if ('error' in effect) {
        const { status, code, message } = refusal({ ...effect.error, status: effect.error.status ?? 503 });
        const retryAfter =
          effect.retryAfterSeconds === undefined ? {} : { 'retry-after': String(effect.retryAfterSeconds) };
        answer ??= refuse(new ServiceError(status, code, message, {}, retryAfter));
      }
      if ('answer' in effect) answer ??= effect.answer;
      if ('hang' in effect && effect.after === undefined) return this.#hang(response);
    }
    try {
      answer ??= await wholeAnswer(
        await this.#face.answer({
          request,
          subject,
          entry,
          refusalOf: (key) => faults.refusalOf(key, about, effects),
          admit: (keys) => (WRITES.has(request.method) ? load.admit(keys) : keys.length),
        }),
      );
    } catch (error) {
      answer = refuse(error);
    }
    for (const effect of effects) if ('rewrite' in effect) answer = effect.rewrite(answer);
    for (const effect of effects) {
      if ('reset' in effect && effect.reset === 'after') {
        response.socket?.resetAndDestroy();
        return;
      }
      if ('truncate' in effect) return this.#send(request, response, entry, answer, effect.truncate);
      if ('hang' in effect && effect.after !== undefined) {
        this.#begin(response, answer).write(Buffer.from(answer.body ?? '').subarray(0, effect.after));
        return this.#hang(response);
      }
      if ('trickleMs' in effect) {
        this.#begin(response, answer);
        for (const byte of Buffer.from(answer.body ?? '')) {
          if (response.destroyed) return;
          response.write(Buffer.of(byte));
          await sleep(effect.trickleMs, undefined, { signal: this.#closing.signal });
        }
        response.end();
        return;
      }
    }
    await this.#send(request, response, entry, answer);
  }

  async #send(
    request: Incoming,
    response: ServerResponse,
    entry: LogEntry,
    answer: WholeAnswer,
    truncateTo?: number,
  ): Promise<void> {
    entry.status = answer.status;
    entry.bytesOut = answer.body?.length ?? 0;
    await sendAnswer(response, answer, request.method === 'HEAD', truncateTo);
  }

  #begin(response: ServerResponse, { status, headers, body }: WholeAnswer): ServerResponse {
    const length = String(Buffer.byteLength(body ?? ''));
    return response.writeHead(status, { ...headers, 'content-length': length });
  }

  /** Waits until the client has had enough. */
  async #hang(response: ServerResponse): Promise<void> {
    await new Promise((resolve) => response.once('close', resolve));
  }
}
