// Answers that break off, stop, never end or go round in circles: each ends in time, in little memory, and is no success.
import { once } from 'node:events';
import { errorOf, flood, type WrongAnswer } from '@store/conformance';
import { MAX_ANSWER_BYTES } from '@store/kit';
import { StoreError, type ObjectStore } from '@store/core';
import type { S3Config, S3Driver } from '@store/s3';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

import { ENDED, contents, document, listing, useWrongS3 } from './wrong-service.js';

const { driverFor, storeFor, wrongDriver, wrongService } = useWrongS3();

type Calls = Readonly<Record<string, (driver: S3Driver) => Promise<unknown> | undefined>>;

/** One call for each kind of answer: a document, a head, nothing. */
const CALLS: Calls = {
  listing: (driver) => driver.list.page({ prefix: '', maxKeys: 1 }, {}),
  'listing of versions': (driver) => driver.versions?.page({ prefix: '', maxKeys: 1 }, {}),
  'batch delete': (driver) => driver.batch?.delete([{ key: 'k' }], {}),
  delete: (driver) => driver.delete.one({ key: 'k' }, {}),
  head: (driver) => driver.read.head({ key: 'k' }, {}),
  put: (driver) => driver.write.put({ key: 'k', body: Buffer.from('x') }, {}),
  copy: (driver) => driver.write.copy({ from: 'f', to: 'k' }, {}),
  'completed upload': (driver) =>
    driver.multipart.complete({ key: 'k', uploadId: 'u', parts: [{ partNumber: 1, etag: '"e"' }] }, {}),
  'reading of rules': (driver) => driver.lifecycle?.get({}),
};

describe('s3: answers that are cut off', () => {
  const WHOLE: Readonly<Record<string, string>> = {
    listing: listing(contents('a')).toString(),
    'listing of versions': document('ListVersionsResult', ENDED).toString(),
    'batch delete': document('DeleteResult', '<Deleted><Key>k</Key></Deleted>').toString(),
    copy: document('CopyObjectResult', '<ETag>"e"</ETag>').toString(),
    'completed upload': document('CompleteMultipartUploadResult', '<ETag>"e"</ETag>').toString(),
    'reading of rules': document('LifecycleConfiguration', '').toString(),
  };
  const rightAnswer = (name: string, chunked: boolean): string => {
    const body = WHOLE[name] ?? '';
    const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
    const sent = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
    return `HTTP/1.1 200 OK\r\nETag: "e"\r\nConnection: close\r\n${length}\r\n\r\n${sent}`;
  };

  it('are asked for again, wherever they are cut; a whole one is not', async () => {
    let text = '';
    const driver = await wrongDriver((request, response) => {
      request.resume();
      response.socket?.end(text);
      return undefined;
    });
    const names = Object.keys(WHOLE);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (name, chunked, share) => {
          const whole = rightAnswer(name, chunked);
          text = whole.slice(0, Math.floor(share * whole.length));
          const work = Promise.resolve(CALLS[name]?.(driver));
          if (share === 1) {
            await work;
            return;
          }
          const error = await errorOf(work);
          expect(error, text).to.include({ code: 'Unavailable', retryable: true, provider: 's3' });
          expect(error.message).not.to.contain('undefined');
        },
      ),
      {
        numRuns: 100,
        examples: names.flatMap((name) => [[name, true, 1] as [string, boolean, number], [name, false, 1]]),
      },
    );
  });

  it('are asked for again where they are no HTTP, or refusals', async () => {
    for (const head of [
      'nonsense\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n',
      'HTTP/1.1 503 Slow\r\nContent-Length: 1000\r\n\r\n<Error>',
      'HTTP/1.1 503 Slow\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<Err\r\n',
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    ]) {
      const driver = await wrongDriver((request, response) => {
        request.resume();
        response.socket?.end(head);
        return undefined;
      });
      for (const call of Object.values(CALLS)) {
        const error = await errorOf(Promise.resolve(call(driver)));
        expect(error, head.slice(0, 60)).to.include({ code: 'Unavailable', retryable: true });
      }
    }
  });

  it('do not end a listing', async () => {
    let requests = 0;
    const config = await wrongService((request, response) => {
      request.resume();
      if (++requests > 1) return { body: listing(contents('d/1')) };
      response.writeHead(200, { 'content-length': '1000' });
      response.write('<ListBucketResult>', () => response.destroy());
      return undefined;
    });
    const store = await storeFor(config);
    const keys: string[] = [];
    for await (const { key } of store.list('d/')) keys.push(key);
    expect(keys).to.deep.equal(['d/1']);
  });

  it('are errors of this library in the middle of an object, too', async () => {
    const config = await wrongService((request, response) => {
      request.resume();
      response.writeHead(200, { etag: '"e"', 'content-length': '1000' });
      response.write('half of it', () => response.destroy());
      return undefined;
    });
    const store = await storeFor(config);
    const error = await errorOf((await store.get('k')).bytes());
    expect(error).to.include({ code: 'Unavailable', retryable: true, provider: 's3', key: 'k' });
  });
});

describe('s3: refusals', () => {
  const error = '<Error><Code>InternalError</Code><Message>We encountered an error</Message></Error>';

  it('say how long to wait, whatever document comes with them', async () => {
    const at = new Date(Date.now() + 3_600_000).toUTCString();
    for (const body of ['', '<html>', error, '{"Code":"Busy"}']) {
      for (const status of [429, 500, 503]) {
        for (const [retryAfter, least, most] of [
          ['7', 7000, 7000],
          [at, 3_000_000, 3_700_000],
          ['soon', undefined, undefined],
          ['-5', undefined, undefined],
        ] as const) {
          const driver = await wrongDriver(() => ({ status, headers: { 'retry-after': retryAfter }, body }));
          for (const call of ['listing', 'delete', 'head', 'batch delete']) {
            const { retryAfterMs } = await errorOf(Promise.resolve(CALLS[call]?.(driver)));
            if (least === undefined) expect(retryAfterMs, retryAfter).to.equal(undefined);
            else expect(retryAfterMs, `${status} ${body}`).to.be.within(least, most);
          }
        }
      }
    }
  });

  it('are as good inside a success', async () => {
    const headers = { 'retry-after': '7', 'x-amz-request-id': 'r' };
    for (const body of [error, `  \n\n${error}\n`, `<?xml version="1.0"?><!-- oh -->${error}`]) {
      const driver = await wrongDriver(() => ({ headers, body }));
      for (const call of ['listing', 'batch delete', 'copy', 'completed upload', 'delete', 'put'])
        expect(await errorOf(Promise.resolve(CALLS[call]?.(driver))), call).to.include({
          code: call === 'put' ? 'Corrupt' : 'Unavailable',
          retryable: true,
        });
      const copied = await errorOf(Promise.resolve(CALLS['copy']?.(driver)));
      expect(copied).to.include({ retryAfterMs: 7000, requestId: 'r', providerCode: 'InternalError' });
    }
  });

  it('show little of a page that stands in for them, in one line', async () => {
    const body = `<html>\n${'long '.repeat(10_000)}`;
    for (const status of [200, 403, 500]) {
      const driver = await wrongDriver(() => ({ status, headers: { etag: '"e"' }, body }));
      for (const [name, call] of Object.entries(CALLS)) {
        if (name === 'head') continue;
        const { message } = await errorOf(Promise.resolve(call(driver)));
        expect(message, name).not.to.contain('\n');
        expect(message.length).to.be.below(400);
      }
    }
  });
});

describe('s3: answers without end', () => {
  it('say why something was refused in a text of any length, of which little is kept', async () => {
    const body = `<Error><Code>AccessDenied</Code><Message>${'&amp;'.repeat(100_000)}</Message></Error>`;
    for (const status of [200, 403]) {
      const driver = await wrongDriver(() => ({ status, body }));
      const error = await errorOf(Promise.resolve(CALLS['listing']?.(driver)));
      expect(error).to.include({ code: 'AccessDenied', providerCode: 'AccessDenied' });
      expect(error.message.length).to.be.below(1000);
    }
    const failed = document(
      'DeleteResult',
      `<Error><Key>k</Key><Code>AccessDenied</Code><Message>${'x'.repeat(50_000)}</Message></Error>`,
    );
    const driver = await wrongDriver(() => ({ body: failed }));
    const result = await driver.batch?.delete([{ key: 'k' }], {});
    expect(result?.failed[0]?.reason.message.length).to.be.below(1000);
  });

  // The answer to a HEAD has no body, and that to a GET may have any.
  const { head: _head, ...bodies } = CALLS;
  const { 'listing of versions': _versions, copy: _copy, 'reading of rules': _rules, ...some } = bodies;
  const refused: Calls = { ...bodies, get: (one) => one.read.get({ key: 'k' }, {}) };
  for (const status of [200, 404, 500]) {
    const calls = status === 200 ? some : refused;
    for (const chunk of status === 200 ? ['x', ' '] : ['x', ' ', '<a>']) {
      it(`are read no further than fits (HTTP ${status}, ${JSON.stringify(chunk)})`, async () => {
        const bytes = Buffer.from(chunk.repeat(300_000));
        let sent = (): number => 0;
        const driver = await wrongDriver((request, response) => {
          request.resume();
          response.writeHead(status, { etag: '"e"' });
          sent = flood(response, bytes);
          return undefined;
        });
        for (const [name, call] of Object.entries(calls)) {
          const error = await errorOf(Promise.resolve(call(driver)));
          expect(error.message, name).to.contain('longer than');
          expect(sent(), name).to.be.below(3 * MAX_ANSWER_BYTES);
        }
      });
    }
  }

  it('are taken apart within limits', async () => {
    const answers: Readonly<Record<string, Buffer>> = {
      'a long key': listing(contents('x'.repeat(30_000_000))),
      'many elements': listing('<a/>'.repeat(2_000_000)),
      'many attributes': listing(`<a ${'b="c" '.repeat(2_000_000)}/>`),
      'deep elements': listing('<a>'.repeat(2_000_000)),
      'many quotes': listing(`<a "${"'".repeat(5_000_000)}`),
      'open tags': listing('<'.repeat(5_000_000)),
      'open comments': listing('<!--'.repeat(2_000_000)),
      comments: listing('<!---->'.repeat(2_000_000)),
      instructions: listing('<??>'.repeat(2_000_000)),
      'a size of many references': listing(contents('k', `<Size>${'&amp;'.repeat(3_000_000)}</Size>`)),
      'a word of many references': listing('', `<IsTruncated>${'&#116;'.repeat(3_000_000)}</IsTruncated>`),
    };
    for (const [what, body] of Object.entries(answers)) {
      const driver = await wrongDriver(() => ({ body }));
      const before = process.memoryUsage().heapUsed;
      const page = await driver.list.page({ prefix: '', maxKeys: 1 }, {}).catch((error: unknown) => {
        if (error instanceof StoreError) return error;
        throw error;
      });
      if (page instanceof StoreError) expect(page, what).to.include({ code: 'Corrupt' });
      else for (const { size } of page.objects) expect(size, what).to.equal(undefined);
      expect(process.memoryUsage().heapUsed - before, what).to.be.below(250_000_000);
    }
  });

  it('end a delete as a failure, in a report', async () => {
    const config = await wrongService((request, response) => {
      request.resume();
      if (request.method === 'GET') return { body: listing(contents('d/1')) };
      flood(response, Buffer.alloc(1024 * 1024, '<'));
      return undefined;
    });
    for (const strategy of ['batch', 'single'] as const) {
      const report = await (await storeFor(config)).deletePrefix('d/', { strategy });
      expect(report).to.include({ deleted: 0, failed: 1, complete: false });
    }
  });
});

describe('s3: answers that stop', () => {
  it('end an upload of which nothing moves, without waiting for what its size would allow', async () => {
    const driver = driverFor(await wrongService(() => undefined, { timeoutMs: 300 }));
    const body = Buffer.alloc(8 * 1024 * 1024);
    // The size alone allows two minutes; the suite ends a test before that.
    for (const call of [
      () => driver.write.put({ key: 'k', body }, {}),
      () => driver.multipart.part({ key: 'k', uploadId: 'u', partNumber: 1, body }, {}),
    ])
      expect(await errorOf(call())).to.include({ code: 'Timeout', retryable: true, provider: 's3' });
  });

  it('do not end the copy of a part, which takes the service as long as its size allows', async () => {
    const config = await wrongService(
      (request, response) => {
        request.resume();
        setTimeout(() => response.end(document('CopyPartResult', '<ETag>"e"</ETag>')), 400);
        return undefined;
      },
      { timeoutMs: 100 },
    );
    const part = {
      key: 'k',
      uploadId: 'u',
      partNumber: 1,
      from: 'f',
      range: { start: 0, end: 8 * 1024 ** 2 },
    };
    expect(await driverFor(config).multipart.copyPart(part, {})).to.equal('"e"');
  });

  it('are waited for no longer than said, and their sockets are closed, however slowly they drip', async () => {
    for (const status of [200, 500]) {
      const closed: Promise<unknown>[] = [];
      const config = await wrongService(
        (request, response) => {
          request.resume();
          response.writeHead(status, { etag: '"e"' });
          const timer = setInterval(() => response.write(' '), 20);
          closed.push(once(response, 'close').finally(() => clearInterval(timer)));
          return undefined;
        },
        { timeoutMs: 200 },
      );
      const driver = driverFor(config);
      for (const [name, call] of Object.entries(CALLS)) {
        // The answer to a HEAD has no body.
        if (name === 'head') continue;
        const error = await errorOf(Promise.resolve(call(driver)));
        expect(error, name).to.include({ code: 'Timeout', retryable: true });
      }
      await Promise.all(closed);
    }
  });

  it('end the body of an object that stops flowing', async () => {
    const config = await wrongService(
      (request, response) => {
        request.resume();
        response.writeHead(200, { etag: '"e"', 'content-length': '100' });
        response.write('half');
        return undefined;
      },
      { timeoutMs: 200 },
    );
    const store = await storeFor(config);
    const error = await errorOf((await store.get('k')).bytes());
    expect(error).to.include({ code: 'Timeout', retryable: true, provider: 's3', key: 'k' });
  });

  it('end at once with the signal of the caller', async () => {
    const driver = driverFor(await wrongService(() => undefined));
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(20)])
      expect((await errorOf(driver.read.head({ key: 'k' }, { signal }))).code).to.equal('Aborted');
  });
});

describe('s3: answers that go round in circles', () => {
  /** Requests that a circle may cost; it is seen after some hundred names. */
  const MOST = 1500;

  const entry = (name: string, key: string, rest: string): string =>
    `<${name}><Key>${key}</Key>${rest}</${name}>`;

  interface Circle {
    readonly page: (keys: readonly string[], n: number) => Buffer;
    readonly read: (store: ObjectStore) => Promise<unknown>;
    readonly config?: Partial<S3Config>;
  }

  async function all(items: AsyncIterable<unknown>): Promise<void> {
    for await (const _ of items);
  }

  const more = (token: string): string => `<IsTruncated>true</IsTruncated>${token}`;
  const listed = (keys: readonly string[], n: number): Buffer =>
    listing(
      keys.map((key) => contents(key)).join(''),
      more(`<NextContinuationToken>t${n}</NextContinuationToken><NextMarker>d/${n}</NextMarker>`),
    );
  const versions = (keys: readonly string[], n: number): Buffer =>
    document(
      'ListVersionsResult',
      more(`<NextKeyMarker>d/${n}</NextKeyMarker><NextVersionIdMarker>v${n}</NextVersionIdMarker>`) +
        keys
          .map((key) => entry('Version', key, '<VersionId>v</VersionId><IsLatest>true</IsLatest>'))
          .join(''),
    );
  const uploads = (keys: readonly string[], n: number): Buffer =>
    document(
      'ListMultipartUploadsResult',
      more(`<NextKeyMarker>d/${n}</NextKeyMarker><NextUploadIdMarker>u${n}</NextUploadIdMarker>`) +
        keys.map((key) => entry('Upload', key, '<UploadId>u</UploadId>')).join(''),
    );

  const CIRCLES: Readonly<Record<string, Circle>> = {
    objects: { page: listed, read: (store) => all(store.list('d/')) },
    'objects (version 1)': {
      page: listed,
      read: (store) => all(store.list('d/')),
      config: { quirks: { listVersion: 1 } },
    },
    'objects without an order': {
      page: listed,
      read: (store) => all(store.list('d/')),
      config: { quirks: { orderedList: false } },
    },
    'objects that are deleted': { page: listed, read: (store) => store.deletePrefix('d/') },
    versions: { page: versions, read: (store) => all(store.listVersions('d/')) },
    'versions without an order': {
      page: versions,
      read: (store) => all(store.listVersions('d/')),
      config: { quirks: { orderedList: false } },
    },
    'versions that are deleted': {
      page: versions,
      read: (store) => store.deletePrefix('d/', { versions: 'all', deleteMarkers: 'all' }),
    },
    uploads: { page: uploads, read: (store) => all(store.listUploads('d/')) },
    'uploads that are aborted': {
      page: uploads,
      read: (store) => store.deletePrefix('d/', { uploads: true }),
    },
    'what a service deletes': {
      page: (keys, n) =>
        listing(
          keys.map((key) => contents(key)).join(''),
          more(`<NextContinuationToken>t${n}</NextContinuationToken>`),
        ),
      read: (store) => store.deletePrefix('d/', { strategy: 'server-prefix' }),
      config: { quirks: { serverPrefixDelete: true } },
    },
    'what a service cannot delete': {
      page: (keys, n) =>
        listing(
          keys.map((key) => entry('Error', key, '<Code>AccessDenied</Code>')).join(''),
          more(`<NextContinuationToken>t${n}</NextContinuationToken>`),
        ),
      read: (store) => store.deletePrefix('d/', { strategy: 'server-prefix' }),
      config: { quirks: { serverPrefixDelete: true } },
    },
  };

  for (const [what, { page, read, config }] of Object.entries(CIRCLES)) {
    it(`end, with an error: ${what}`, async () => {
      let pages: readonly (readonly string[])[] = [];
      let requests = 0;
      let n = 0;
      const wrong = await wrongService((request): WrongAnswer => {
        const { method, url = '' } = request;
        requests++;
        const lists = method === 'GET' || (method === 'POST' && /[?&]prefix=/.test(url));
        if (lists) return { body: page(pages[n % pages.length] ?? [], n++) };
        if (method === 'DELETE') return { status: 204 };
        // Whatever is asked for is gone.
        const keys = pages
          .flat()
          .map((key) => `<Deleted><Key>${key}</Key><VersionId>v</VersionId></Deleted>`);
        return { body: document('DeleteResult', keys.join('')) };
      }, config);
      const store = await storeFor(wrong);
      const key = fc.stringMatching(/^d\/[a-z0-9]{1,6}$/);
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.uniqueArray(key, { maxLength: 3 }).map((keys) => keys.toSorted()),
            {
              minLength: 1,
              maxLength: 5,
            },
          ),
          async (circle) => {
            pages = circle;
            requests = 0;
            n = 0;
            const error = await errorOf(read(store));
            expect(error.code, error.message).to.equal('Corrupt');
            expect(requests).to.be.below(MOST);
          },
        ),
        { numRuns: 4 },
      );
    });
  }
});
