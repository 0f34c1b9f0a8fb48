import { writeFile, mkdir } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { StoreEntry } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Place, type Result } from './run-store.js';
import { deadPort, serving } from './serving.js';

/** Commands that talk to a store, at their simplest. */
const COMMANDS = [
  ['ls', 'dead:'],
  ['ls', '-r', 'dead:p/'],
  ['ls', '--versions', 'dead:p/'],
  ['stat', 'dead:a'],
  ['cat', 'dead:a'],
  ['get', 'dead:a', 'out'],
  ['put', 'file', 'dead:a'],
  ['cp', './file', 'dead:a'],
  ['cp', '-r', 'dead:p/', './out/'],
  ['mv', 'dead:a', 'dead:b'],
  ['sync', './dir', 'dead:p/'],
  ['rm', 'dead:a', 'dead:b'],
  ['rm', 'dead:a*', '--yes'],
  ['rm', '-r', '--yes', 'dead:p/'],
  ['rm', '--from', 'keys', '--yes', 'dead:'],
  ['du', 'dead:p/'],
  ['plan', 'dead:p/'],
  ['tags', 'dead:a'],
  ['expire', 'dead:p/', '--days', '3', '--yes'],
] as const;

/** Commands that are run side by side. */
const AT_ONCE = 5;

/** So that nobody waits long. */
const RETRY = { contactMs: 1500, maxAttempts: 5 };

const KEYS = { accessKeyId: 'AK', secretAccessKey: 'SK' };

function s3At(endpoint: string, retry: object = RETRY): StoreEntry {
  return { provider: 's3', bucket: 'demo', endpoint, ...KEYS, retry };
}

function ossAt(endpoint: string): StoreEntry {
  const keys = { accessKeyId: 'AK', accessKeySecret: 'SK' };
  return {
    provider: 'oss',
    bucket: 'demo',
    region: 'oss-cn-beijing',
    endpoint,
    pathStyle: true,
    ...keys,
    retry: RETRY,
  };
}

async function placeWith(dead: StoreEntry): Promise<Place> {
  const place = await Place.create({ stores: { dead } });
  await writeFile(place.path('file'), 'x');
  await writeFile(place.path('keys'), 'a\nb\n');
  await mkdir(place.path('dir'));
  await writeFile(place.path('dir/file'), 'x');
  return place;
}

async function runAll(place: Place, check: (name: string, result: Result) => void): Promise<void> {
  for (let at = 0; at < COMMANDS.length; at += AT_ONCE) {
    await Promise.all(
      COMMANDS.slice(at, at + AT_ONCE).map(async (args) => check(args.join(' '), await place.run(args))),
    );
  }
}

describe('store, at an endpoint that does not answer', () => {
  it('says of every command who refused it, how often, and what to look at', async () => {
    const endpoint = `http://127.0.0.1:${await deadPort()}`;
    await using place = await placeWith(s3At(endpoint));
    await runAll(place, (name, { code, stderr }) => {
      expect(code, name).to.equal(1);
      expect(stderr, name).to.match(
        /^waiting for http:\/\/127\.0\.0\.1:\d+ \(s3\): \w+: the connection was refused/,
      );
      expect(stderr, name).to.contain('attempt 1 of 5 has failed');
      expect(stderr, name).to.match(
        /the connection was refused .*; http:\/\/127\.0\.0\.1:\d+ has not answered yet, tried \d times in [\d.]+ s: is the endpoint right, and is the service running\?/,
      );
    });
  });

  it('says of every command that nothing comes back from a port that takes the connection', async () => {
    await serving(createServer(), async (port) => {
      await using place = await placeWith(s3At(`http://127.0.0.1:${port}`));
      await runAll(place, (name, { code, stderr }) => {
        expect(code, name).to.equal(1);
        expect(stderr, name).to.match(
          /there was no answer within [\d.]+ s, nor to .*; http:\/\/127\.0\.0\.1:\d+ has not answered yet, tried once: is the endpoint right/,
        );
      });
    });
  });

  it('says to "doctor" that it is not there, and asks nothing else', async () => {
    await serving(createServer(), async (port) => {
      await using place = await placeWith(s3At(`http://127.0.0.1:${port}`));
      const { code, stdout } = await place.run(['doctor', 'dead:']);
      expect(code).to.equal(1);
      expect(stdout).to.match(/^reachable +no +there was no answer within .* has not answered yet, .*\n$/);
    });
  });

  it('says what is wrong with names, and with TLS where there is none and the other way round, on each provider', async () => {
    const cases: [Server, (port: number) => string, RegExp][] = [
      [
        createServer(),
        () => 'http://no-such-host.invalid',
        /the host name (?:is not known|could not be looked up) .*has not answered yet, tried .*: .*endpoint/,
      ],
      [
        createHttpServer(),
        (port) => `https://127.0.0.1:${port}`,
        /the answer is not TLS; .*tried once: does the endpoint speak http, and "endpoint" say https\?/,
      ],
      [
        createTlsServer({}),
        (port) => `http://127.0.0.1:${port}`,
        /has not answered yet, tried \d times in [\d.]+ s: (?:is the endpoint right, and is it one of https|does the endpoint speak https)/,
      ],
    ];
    for (const [server, endpointAt, said] of cases) {
      server.on('tlsClientError', () => undefined);
      await serving(server, async (port) => {
        for (const entry of [s3At(endpointAt(port)), ossAt(endpointAt(port))]) {
          await using place = await placeWith(entry);
          const { code, stderr } = await place.run(['ls', 'dead:']);
          expect(code).to.equal(1);
          expect(stderr).to.match(said);
        }
      });
    }
  });

  it('waits for a first answer that is slow, when the service answers something else', async () => {
    const empty = '<ListBucketResult><Name>demo</Name><IsTruncated>false</IsTruncated></ListBucketResult>';
    const slow = createHttpServer((request, response) => {
      request.resume();
      if (request.method === 'HEAD') response.writeHead(404).end();
      else setTimeout(() => response.end(empty), 2500);
    });
    await serving(slow, async (port) => {
      await using place = await placeWith(s3At(`http://127.0.0.1:${port}`));
      expect(await place.run(['ls', 'dead:'])).to.include({ code: 0, stdout: '' });
    });
  });

  it('waits with patience for one that has answered before', async () => {
    let requests = 0;
    const server = createHttpServer((request, response) => {
      request.resume();
      // After the first page the service is away for longer than a first answer may take.
      if (++requests === 1) {
        response.end(
          '<ListBucketResult><Name>demo</Name><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>' +
            '<Contents><Key>a</Key><Size>1</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>',
        );
      } else if (requests < 14) request.socket.destroy();
      else
        response.end(
          '<ListBucketResult><Name>demo</Name><IsTruncated>false</IsTruncated></ListBucketResult>',
        );
    });
    await serving(server, async (port) => {
      await using place = await placeWith(
        s3At(`http://127.0.0.1:${port}`, { contactMs: 1500, maxDelayMs: 500 }),
      );
      expect(await place.run(['ls', 'dead:'])).to.include({ code: 0, stdout: 'a\n' });
    });
  });
}).timeout(120_000);
