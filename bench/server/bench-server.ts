import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '@store/emulator';
import type { Command, Filling, Outcome, Reply } from './protocol.js';

/** The emulator in a process of its own, so that its time and memory are not those of a client. */
export class BenchServer {
  readonly endpoints: Endpoints;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, endpoints: Endpoints) {
    this.#child = child;
    this.endpoints = endpoints;
  }

  static async start(execArgv: readonly string[] = []): Promise<BenchServer> {
    const child = fork(fileURLToPath(new URL('main.js', import.meta.url)), { execArgv: [...execArgv] });
    const reply = await replyOf(child);
    if ('ready' in reply) return new BenchServer(child, reply.ready);
    throw unexpected(reply);
  }

  /** Replaces what is in the bucket. @returns how many keys there are to delete */
  async fill(filling: Filling): Promise<number> {
    const reply = await this.#ask({ do: 'fill', filling });
    if ('filled' in reply) return reply.filled;
    throw unexpected(reply);
  }

  /** What has become of it since. */
  async look(): Promise<Outcome> {
    const reply = await this.#ask({ do: 'look' });
    if ('outcome' in reply) return reply.outcome;
    throw unexpected(reply);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  #ask(command: Command): Promise<Reply> {
    const reply = replyOf(this.#child);
    this.#child.send(command);
    return reply;
  }
}

function replyOf(child: ChildProcess): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      child.off('message', onMessage).off('exit', onExit);
    };
    const onMessage = (message: unknown): void => {
      done();
      // Of our own child.
      resolve(message as Reply);
    };
    const onExit = (code: number | null): void => {
      done();
      reject(new Error(`the server ended with ${code}`));
    };
    child.on('message', onMessage).on('exit', onExit);
  });
}

function unexpected(reply: Reply): Error {
  return new Error(
    'failed' in reply ? `the server failed: ${reply.failed}` : 'the server answered something else',
  );
}
