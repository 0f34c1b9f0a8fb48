import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RetryEvent, StoreEntry } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { WaitNotes } from '#src/wait-notes.js';
import { Place } from './run-store.js';

function storeAt(port: number, retry: object): StoreEntry {
  const endpoint = `http://127.0.0.1:${port}`;
  return { provider: 's3', bucket: 'demo', endpoint, accessKeyId: 'AK', secretAccessKey: 'SK', retry };
}

/** A server on 127.0.0.1 while `use` runs. */
async function serving(answer: RequestListener, use: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const EMPTY = '<ListBucketResult><Name>demo</Name><IsTruncated>false</IsTruncated></ListBucketResult>';

describe('store, while it waits', () => {
  it('says that the service refuses, and goes on when it no longer does', async () => {
    let refusals = 1;
    const answer: RequestListener = (request, response) => {
      request.resume();
      if (refusals-- > 0) {
        response.writeHead(503, { 'retry-after': '3' });
        response.end('<Error><Code>SlowDown</Code><Message>Reduce\u009b your rate</Message></Error>');
      } else response.end(EMPTY);
    };
    await serving(answer, async (port) => {
      await using place = await Place.create({ stores: { demo: storeAt(port, {}) } });
      const { code, stdout, stderr } = await place.run(['ls', '--json', 'demo:']);
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
      expect(stderr).to.match(
        /^waiting for http:\/\/127\.0\.0\.1:\d+ \(s3\): list: Reduce\\u009b your rate; tries again in 3\.\d s, gives up at .*\n$/,
      );
    });
  });

  it('says it seldom, however much waits, and not when it is over at once', () => {
    const notes: string[] = [];
    let now = 0;
    const waits = new WaitNotes(
      {
        output: {
          info: (text) => notes.push(...[text].flat().map(String)),
          interactive: false,
          drawNow: () => undefined,
        },
        log: { retry: () => undefined },
        verbose: false,
      },
      () => now,
    );
    const event: RetryEvent = {
      operation: 'list',
      code: 'Unavailable',
      message: 'reset',
      attempt: 1,
      answered: true,
      maxAttempts: Infinity,
      waitMs: 100,
      elapsedMs: 0,
      leftMs: 30_000,
    };
    waits.tell(event);
    waits.tell({ ...event, waitMs: 900, elapsedMs: 1000 });
    expect(notes).to.deep.equal([]);
    for (; now < 12_000; now += 100)
      waits.tell({ ...event, waitMs: 2500, elapsedMs: now, leftMs: 30_000 - now });
    expect(notes).to.have.length(3);
    expect(notes[0]).to.match(
      /^waiting for the service: list: reset; tries again in 2\.5 s, gives up at .*, in 30\.0 s$/,
    );
    now = 100_000;
    const timeout = { code: 'Timeout', waitMs: 5000, elapsedMs: 60_000, attempt: 3 } as const;
    waits.tell({ ...event, ...timeout, maxAttempts: 8, leftMs: Infinity });
    expect(notes[3]).to.match(/; attempt 3 of 8 has failed, tries again in 5\.0 s$/);
  });
}).timeout(120_000);

describe('store, given a listing with keys that no request can name', () => {
  const answer: RequestListener = (request, response) => {
    request.resume();
    const entry = (key: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from('<Contents><Key>'),
        key,
        Buffer.from('</Key><Size>5</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>'),
      ]);
    response.end(
      Buffer.concat([
        Buffer.from('<ListBucketResult><Name>demo</Name><IsTruncated>false</IsTruncated>'),
        entry(Buffer.from('p/a')),
        entry(Buffer.from([0x70, 0x2f, 0xff, 0xfe])),
        entry(Buffer.from('p/z')),
        Buffer.from('</ListBucketResult>'),
      ]),
    );
  };

  it('lists and counts the others, names these by their bytes, and exits with 1', async () => {
    await serving(answer, async (port) => {
      await using place = await Place.create({ stores: { demo: storeAt(port, {}) } });
      for (const [args, stdout] of [
        [['ls', '-r', 'demo:p/'], 'p/a\np/z\n'],
        [['ls', 'demo:p/'], 'p/a\np/z\n'],
        [['du', 'demo:p/'], '2 objects, 10 B, and 1 that cannot be named\n'],
      ] as const) {
        const result = await place.run(args);
        expect(result).to.include({ code: 1, stdout });
        expect(result.stderr).to.match(/^store: p\/\\xFF\\xFE: .*\n$/);
      }
      const json = await place.run(['du', '--json', 'demo:p/']);
      expect(JSON.parse(json.stdout)).to.deep.equal({ prefix: 'p/', objects: 2, bytes: 10, unnameable: 1 });
    });
  });

  it('names them so among the failures of a run', async () => {
    await serving(answer, async (port) => {
      await using place = await Place.create({ stores: { demo: storeAt(port, {}) } });
      const { code, stdout } = await place.run(['rm', '-r', '-n', 'demo:p/']);
      expect(code).to.equal(1);
      expect(stdout).to.match(/^would delete 2 objects/);
      expect(stdout).to.match(/^ {2}p\/\\xFF\\xFE: /m);
    });
  });
}).timeout(120_000);
