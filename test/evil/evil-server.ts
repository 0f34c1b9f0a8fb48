import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { clearlyGone, namedBy, type Answer } from './answer.js';
import type { Ask } from './ask.js';
import { PREFIX } from './bucket.js';
import type { Dialect } from './dialect.js';
import { honestAnswer } from './honest-answer.js';
import type { Misbehaviour } from './misbehaviour.js';
import type { ModeContext } from './mode.js';
import type { Random } from './random.js';
import { byteKey, idOf, type ByteKey, type Target, type Truth } from './truth.js';
import type { Received, Wire } from './wire.js';

/** More requests than any run needs, however wrong the answers are. */
export const REQUEST_BUDGET = 4000;

/** Codes of single keys that are refused. */
const REFUSALS = ['AccessDenied', 'InternalError', 'SlowDown'] as const;

export interface EvilServerOptions {
  readonly dialect: Dialect;
  readonly truth: Truth;
  readonly misbehaviours: readonly Misbehaviour[];
  readonly random: Random;
  /** Most entries of a page. */
  readonly pageSize: number;
}

/**
 * A server of its own make around an honest bucket, which answers wrongly in the modes that it is told. It counts what it
 * is asked, and remembers what it said in clear words, so that nobody is blamed for believing that.
 */
export class EvilServer {
  /** Each target of each delete that came. */
  readonly asked: Target[] = [];
  /** By `idOf`: what is there, and an answer said in clear words that it is gone. */
  readonly claimed = new Set<string>();
  /** Keys that are not in the bucket, and that a listing named in clear words. */
  readonly invented = new Set<ByteKey>();
  /** What the suite itself got wrong: requests that it does not know, failures of its own. */
  readonly faults: string[] = [];
  requests = 0;
  /** Requests that came when the run was over. */
  late = 0;
  /** Deletes by prefix that came. */
  prefixDeletes = 0;
  /** Requests that a redirect led elsewhere. */
  astray = 0;
  /** Most bytes that were taken of the answer to one request. */
  longestAnswer = 0;
  /** The same of refusals and of deletes of one key: many of them may be on their way at once. */
  longestShortAnswer = 0;
  over = false;
  readonly #options: EvilServerOptions;
  readonly #server: Server;
  readonly #elsewhere: Server;
  readonly #sockets = new Set<Socket>();
  #beganAt: number | undefined;

  constructor(options: EvilServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.faults.push(String(error instanceof Error ? error.stack : error));
        response.destroy();
      });
    });
    this.#elsewhere = createServer((request, response) => {
      this.astray++;
      request.resume();
      response.end();
    });
    for (const server of [this.#server, this.#elsewhere]) {
      server.on('clientError', (_error, socket) => socket.destroy());
      server.on('connection', (socket: Socket) => {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
      });
    }
  }

  get port(): number {
    return portOf(this.#server);
  }

  get tooMany(): boolean {
    return this.requests > REQUEST_BUDGET;
  }

  async start(): Promise<void> {
    for (const server of [this.#server, this.#elsewhere])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#server, this.#elsewhere])
      await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { dialect, misbehaviours } = this.#options;
    response.on('error', () => undefined);
    const received = await receive(request).catch(() => undefined);
    if (!received) return void response.destroy();
    this.requests++;
    if (this.tooMany) return void response.destroy();
    if (this.over) this.late++;
    const ask = dialect.ask(received);
    this.#note(ask, received);
    this.#measure(ask, response);
    const active = misbehaviours.filter((one) => one.takes(ask)).map((one) => this.#context(one, ask));
    const answer = this.#answer(ask, active);
    let wire = dialect.write(answer);
    for (const { mode, context } of active) wire = mode.write?.(wire, context) ?? wire;
    const senders = active.filter(({ mode }) => mode.send);
    const sender = senders.find(({ mode }) => mode.pretends) ?? senders[0];
    if (sender) sender.mode.send?.({ ...sender.context, response, wire });
    else send(response, wire);
  }

  #note(ask: Ask, { method, url }: Received): void {
    if (ask.kind === 'unknown') this.faults.push(`unknown request: ${method} ${url}`);
    if (ask.kind === 'deleteOne') this.asked.push(ask.target);
    if (ask.kind === 'deleteBatch') this.asked.push(...ask.targets);
    if (ask.kind === 'deletePrefix') this.prefixDeletes++;
  }

  #context(misbehaviour: Misbehaviour, ask: Ask): Active {
    const { dialect, random } = this.#options;
    const context = {
      dialect,
      ask,
      random,
      turn: misbehaviour.turns - 1,
      ageMs: Date.now() - (this.#beganAt ??= Date.now()),
      memory: misbehaviour.memory,
      elsewhere: `http://127.0.0.1:${portOf(this.#elsewhere)}`,
      invent: (key: ByteKey) => this.invented.add(key),
    };
    return { mode: misbehaviour.mode, context };
  }

  #answer(ask: Ask, active: readonly Active[]): Answer {
    const { dialect, truth, random, pageSize } = this.#options;
    const { namesMarker, wholeKeys } = dialect;
    const acts = active.map(({ mode: { acts = 'all' } }) => acts);
    const nothing = acts.includes('none') || (acts.includes('maybe') && random.chance(0.5));
    const some = acts.includes('some');
    const pretends = active.some(({ mode }) => mode.pretends);
    const answer = honestAnswer(pretends ? truth.copy() : truth, ask, {
      pageSize,
      namesMarker,
      wholeKeys,
      refusal: () => (nothing || (some && random.chance(0.5)) ? random.pick(REFUSALS) : undefined),
    });
    for (const { mode, context } of active) mode.say?.(answer, context);
    const gone = pretends ? [] : clearlyGone(answer);
    // Of what is outside, no claim is taken for anything.
    for (const target of gone)
      if (target.key.startsWith(byteKey(PREFIX)) && truth.isThere(target)) this.claimed.add(idOf(target));
    if (answer.kind === 'page') {
      for (const key of namedBy(answer, dialect.name === 's3' ? '+' : '%20'))
        if (truth.history(key).length === 0) this.invented.add(key);
    }
    return answer;
  }

  /** Of a connection, what left while its answer was on the way. */
  #measure({ kind }: Ask, response: ServerResponse): void {
    const { socket } = response;
    const before = socket?.bytesWritten ?? 0;
    response.on('close', () => {
      const length = (socket?.bytesWritten ?? 0) - before;
      this.longestAnswer = Math.max(this.longestAnswer, length);
      if (kind !== 'deleteOne' && response.statusCode < 300) return;
      this.longestShortAnswer = Math.max(this.longestShortAnswer, length);
    });
  }
}

interface Active {
  readonly mode: Misbehaviour['mode'];
  readonly context: ModeContext;
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return { method: request.method ?? '', url: request.url ?? '', body: Buffer.concat(chunks) };
}

/** As any server sends an answer. */
export function send(response: ServerResponse, { status, headers, body }: Wire): void {
  const lengths = /^(?:content-length|transfer-encoding)$/i;
  const isGiven = status === 204 || headers.some(([name]) => lengths.test(name));
  const length = isGiven ? [] : ['content-length', String(body.length)];
  response.writeHead(status, [...headers.flat(), ...length]);
  response.end(body);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
