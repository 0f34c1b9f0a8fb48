// Requests that are almost right, by the thousand: the gateway answers each, never with a failure of its own, and does not grow.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fuzzedRequest } from './fuzzed-request.js';
import { Random, seedOf } from './random.js';
import { SEED, SOAK, TIMEOUT_MS } from './soak.js';

const DAILY_REQUESTS = 1500;
const SOAK_MS = 600_000;
const AT_ONCE = 8;
const MAX_RSS_BYTES = 300 * 1024 * 1024;

/** What a gateway may say of a request; 503 when there is no room, 501 for what it has not. */
const NEVER = 500;

describe(`fuzz of the gateway's requests, SEED=${SEED}`, function () {
  this.timeout(TIMEOUT_MS);

  it('answers each, and stays small', async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('fuzzed-gateway.js', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const line: unknown[] = await once(createInterface(child.stdout), 'line');
      const port = Number(new URL(String(line[0])).port);
      const until = Date.now() + SOAK_MS;
      let sent = 0;
      const goesOn = (): boolean => (SOAK > 1 ? Date.now() < until : sent < DAILY_REQUESTS);
      const statuses = new Set<number>();
      const client = async (): Promise<void> => {
        while (goesOn()) {
          const number = sent++;
          const request = fuzzedRequest(new Random(seedOf(SEED, `fuzz ${number}`)));
          const status = await ask(port, request);
          statuses.add(status);
          const shown = request.subarray(0, 1500).toString('latin1');
          expect(child.exitCode, `request ${number} ended it: ${shown}`).to.equal(null);
          expect(status, `request ${number}: ${shown}`).to.not.equal(NEVER);
          if (number % 500 === 0) expect(await rssOf(child)).to.be.lessThan(MAX_RSS_BYTES);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, client));
      expect(await rssOf(child)).to.be.lessThan(MAX_RSS_BYTES);
      // Else all of it would have been turned away at the door.
      expect([...statuses]).to.include.members([200, 204, 400, 403, 404, 412, 501]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 20_000;

/**
 * When a client says that nothing more comes, in milliseconds: what is damaged may be waited for until then. Not at once: who says
 * so has gone, for an HTTP server of Node, and an answer that takes a moment is not sent any more.
 */
const OVER_AFTER_MS = 1000;

/** Sends bytes, then nothing more. @returns the status of the answer. @throws Error when there is none */
async function ask(port: number, request: Buffer): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1' });
  let over: NodeJS.Timeout | undefined;
  try {
    return await new Promise<number>((resolve, reject) => {
      let received = '';
      const shown = request.subarray(0, 1500).toString('latin1');
      const fail = (what: string): void =>
        reject(new Error(`${what} after ${JSON.stringify(received)} to ${shown}`));
      const read = (): void => {
        received = received.replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, '');
        const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(received) ?? [];
        if (status !== undefined && status !== '100') resolve(Number(status));
      };
      socket.setTimeout(PATIENCE_MS, () => fail('no answer in time'));
      socket.on('data', (data: Buffer) => {
        if (received.length < 10_000) received += data.toString('latin1');
        read();
      });
      socket.on('error', (error) => fail(String(error)));
      socket.on('close', () => fail('closed'));
      socket.write(request);
      over = setTimeout(() => socket.end(), OVER_AFTER_MS);
    });
  } finally {
    clearTimeout(over);
    socket.destroy();
  }
}

/** Bytes in memory; 0 where the system does not say. */
async function rssOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
