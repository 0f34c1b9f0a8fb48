// Services that answer something else than is documented: nothing of it is a success, and nothing an end.
import type { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { errorOf } from '@store/conformance';
import type { WrongAnswer } from '@store/conformance';
import type { DeletePrefixOptions } from '@store/core';
import type { S3Config, S3Driver } from '@store/s3';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

import { ENDED, contents, document, listing, useWrongS3 } from './wrong-service.js';

const { answering, closeServices, driverFor, storeFor, wrongDriver, wrongService } = useWrongS3();

const PAGE = '<html><body>hello</body></html>';
const ERROR = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';

/** Answers that are documented for no call that expects anything of its answer. */
const WRONG: Readonly<Record<string, WrongAnswer>> = {
  'an HTML page': { body: PAGE, headers: { 'content-type': 'text/html' } },
  'an HTML page with a tag': { body: PAGE, headers: { etag: '"e"' } },
  'an error with a 200': { body: ERROR },
  'an error behind blank lines, and a line': { body: `\n\n <?xml version="1.0"?>\n${ERROR}\n` },
  'an error with a tag': { body: ERROR, headers: { etag: '"e"' } },
  'another envelope': { body: '{"statusCode":900}' },
  'a document of another call': { body: '<RestoreResult/>' },
  'an accepted request': { status: 202 },
  'a page with a 202': { status: 202, body: PAGE },
  'a created object': { status: 201, headers: { etag: '"e"' } },
  'a multi-status': { status: 207, body: '<multistatus/>' },
  'a part of nothing': { status: 206 },
  'an empty 200': {},
  'a text': { body: 'ok' },
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
};

/** Of these, what is no answer of an S3 service. */
const ELSEWHERE = /page|envelope|text/;

const CALLS: Readonly<Record<string, (driver: S3Driver) => Promise<unknown> | undefined>> = {
  delete: (driver) => driver.delete.one({ key: 'k' }, {}),
  'delete of a version': (driver) => driver.delete.one({ key: 'k', versionId: 'v' }, {}),
  'delete of a control character': (driver) => driver.delete.one({ key: 'k\u0001' }, {}),
  'batch delete': (driver) => driver.batch?.delete([{ key: 'k' }], {}),
  'batch delete of a version': (driver) => driver.batch?.delete([{ key: 'k', versionId: 'v' }], {}),
  'delete by the service': (driver) => driver.prefixDelete?.page({ prefix: 'p/', maxKeys: 9 }, {}),
  'aborted upload': (driver) => driver.multipart.abort({ key: 'k', uploadId: 'u' }, {}),
  head: (driver) => driver.read.head({ key: 'k' }, {}),
  get: (driver) => driver.read.get({ key: 'k', range: { start: 1 } }, {}),
  put: (driver) => driver.write.put({ key: 'k', body: Buffer.from('x') }, {}),
  part: (driver) =>
    driver.multipart.part({ key: 'k', uploadId: 'u', partNumber: 1, body: Buffer.from('x') }, {}),
  'copied part': (driver) =>
    driver.multipart.copyPart(
      { key: 'k', uploadId: 'u', partNumber: 1, from: 'f', range: { start: 0, end: 1 } },
      {},
    ),
  'begun upload': (driver) => driver.multipart.create({ key: 'k' }, {}),
  'completed upload': (driver) =>
    driver.multipart.complete({ key: 'k', uploadId: 'u', parts: [{ partNumber: 1, etag: '"e"' }] }, {}),
  copy: (driver) => driver.write.copy({ from: 'f', to: 'k' }, {}),
  'listing of parts': (driver) => driver.multipart.parts({ key: 'k', uploadId: 'u', maxParts: 9 }, {}),
  'listing of uploads': (driver) => driver.uploads.page({ prefix: '', maxUploads: 9 }, {}),
  'listing of versions': (driver) => driver.versions?.page({ prefix: '', maxKeys: 9 }, {}),
  listing: (driver) => driver.list.page({ prefix: '', maxKeys: 9 }, {}),
  'reading of rules': (driver) => driver.lifecycle?.get({}),
  'change of rules': (driver) =>
    driver.lifecycle?.put({ kept: [], added: [{ id: 'i', prefix: 'p', days: 1 }] }, {}),
  'removal of rules': (driver) => driver.lifecycle?.put({ kept: [], added: [] }, {}),
  'reading of tags': (driver) => driver.tags?.get({ key: 'k' }, {}),
  'change of tags': (driver) => driver.tags?.set({ key: 'k', tags: { a: '1' } }, {}),
  restore: (driver) => driver.restore?.({ key: 'k', days: 1 }, {}),
};

/** Documented without a body, or seen so: with these an empty 200 is right, and a restore may be a 202. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  delete: ['an empty 200'],
  'delete of a version': ['an empty 200'],
  'delete of a control character': ['an empty 200'],
  'aborted upload': ['an empty 200'],
  'change of rules': ['an empty 200'],
  'removal of rules': ['an empty 200'],
  'change of tags': ['an empty 200'],
  restore: ['an empty 200', 'an accepted request'],
  // What comes with a HEAD is its head.
  head: ['an HTML page with a tag', 'an error with a tag'],
};

/** All that the adapter can do. */
const ABLE: Partial<S3Config> = { quirks: { serverPrefixDelete: true, restore: true } };

describe('s3: what is a success', () => {
  for (const [name, send] of Object.entries(CALLS)) {
    it(`of a ${name} is the documented answer and no other`, async () => {
      const driver = await answering(ABLE);
      for (const [what, answer] of Object.entries(WRONG)) {
        const work = Promise.resolve(send(driver(answer)));
        if (RIGHT[name]?.includes(what)) {
          await work;
          continue;
        }
        const failed = await errorOf(work);
        const codes = ['Corrupt'];
        if (what === 'a redirect') codes[0] = 'InvalidConfig';
        // A service that answers with something else does not know the call; a page may come from elsewhere.
        else if (name === 'delete by the service' && !ELSEWHERE.test(what)) codes[0] = 'Unsupported';
        if (what.startsWith('an error')) codes.push('AccessDenied');
        expect(codes, `${what}: ${failed.message}`).to.include(failed.code);
        expect(failed.message, what).not.to.contain('\n');
        if (failed.code === 'Corrupt') expect(failed.retryable, `${what}: ${failed.message}`).to.equal(true);
      }
    });
  }

  it('is none with a status that is not the documented one, whatever else is right', async () => {
    const rightBodies: Readonly<Record<string, string>> = {
      'batch delete': '<DeleteResult><Deleted><Key>k</Key></Deleted></DeleteResult>',
      copy: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>',
      'copied part': '<CopyPartResult><ETag>"e"</ETag></CopyPartResult>',
      'begun upload': '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
      'completed upload': '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>',
      listing: `<ListBucketResult>${ENDED}</ListBucketResult>`,
      'listing of versions': `<ListVersionsResult>${ENDED}</ListVersionsResult>`,
      'listing of uploads': `<ListMultipartUploadsResult>${ENDED}</ListMultipartUploadsResult>`,
      'listing of parts': `<ListPartsResult>${ENDED}</ListPartsResult>`,
      'reading of rules': '<LifecycleConfiguration/>',
      'reading of tags': '<Tagging><TagSet/></Tagging>',
    };
    const statuses: Readonly<Record<string, readonly number[]>> = {
      delete: [200, 204],
      'aborted upload': [200, 204],
      'change of rules': [200, 204],
      'removal of rules': [200, 204],
      'change of tags': [200, 204],
      restore: [200, 202],
      get: [206],
    };
    const names = Object.keys(CALLS).filter((name) => name !== 'delete by the service');
    const driver = await answering(ABLE);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.integer({ min: 200, max: 299 }),
        async (name, status) => {
          const kind = name.replace(/ of a (?:version|control character)$/, '');
          const expected = statuses[kind] ?? [200];
          const headers = { etag: '"e"', 'content-range': 'bytes 1-1/2' };
          const body = status === 204 ? '' : (rightBodies[kind] ?? '');
          const work = Promise.resolve(CALLS[name]?.(driver({ status, headers, body })));
          if (expected.includes(status) && status !== 204) await work;
          else if (!expected.includes(status))
            expect((await errorOf(work)).code, `${name} ${status}`).to.equal('Corrupt');
        },
      ),
      { numRuns: 300, examples: names.flatMap((name) => [[name, 200] as [string, number], [name, 202]]) },
    );
  });

  it('of a read is the range that was asked for, and of none the whole object', async () => {
    const head = { etag: '"e"' };
    const whole = await wrongDriver(() => ({ headers: head, body: '0123456789' }));
    const part = await wrongDriver(() => ({
      status: 206,
      headers: { ...head, 'content-range': 'bytes 2-4/10' },
      body: '234',
    }));
    expect(await errorOf(whole.read.get({ key: 'k', range: { start: 2, end: 4 } }, {}))).to.include({
      code: 'Corrupt',
    });
    // A part of the object would be taken for all of it.
    expect(await errorOf(part.read.get({ key: 'k' }, {}))).to.include({ code: 'Corrupt' });
    for (const range of [
      { start: 0 },
      { start: 3 },
      { start: 2 },
      { start: 2, end: 3 },
      { start: 2, end: 5 },
    ])
      expect((await errorOf(part.read.get({ key: 'k', range }, {}))).code, JSON.stringify(range)).to.equal(
        'Corrupt',
      );
    const end = await wrongDriver(() => ({
      status: 206,
      headers: { ...head, 'content-range': 'bytes 2-4/5' },
      body: '234',
    }));
    // The object may end before the range does.
    for (const range of [{ start: 2, end: 4 }, { start: 2, end: 99 }, { start: 2 }]) {
      const { info, body } = await end.read.get({ key: 'k', range }, {});
      expect(info.size).to.equal(5);
      body.destroy();
    }
    for (const strange of ['', 'bytes 2-4', 'bytes */5', 'items 2-4/5', 'bytes 2-1/5', 'bytes 02-x/5']) {
      const headers = { ...head, 'content-range': strange };
      const driver = await wrongDriver(() => ({ status: 206, headers, body: '234' }));
      const failed = await errorOf(driver.read.get({ key: 'k', range: { start: 2 } }, {}));
      expect(failed.code, strange).to.equal('Corrupt');
    }
  });

  it('of a read has the bytes that are announced for a part, whether they are counted or come in chunks', async () => {
    const headers = { etag: '"e"', 'content-range': 'bytes 2-4/10' };
    for (const [text, right] of [
      ['234', true],
      ['23', false],
      ['', false],
      ['2345', false],
      ['x'.repeat(200_000), false],
    ] as const) {
      for (const chunked of [true, false]) {
        const length = chunked ? {} : { 'content-length': String(text.length) };
        const config = await wrongService((request, response) => {
          request.resume();
          response.writeHead(206, { ...headers, ...length });
          response.end(text);
          return undefined;
        });
        const { body } = await driverFor(config).read.get({ key: 'k', range: { start: 2, end: 4 } }, {});
        const reading = buffer(body);
        if (right) expect(String(await reading)).to.equal(text);
        else expect(await errorOf(reading)).to.include({ code: 'Corrupt', retryable: true, key: 'k' });
      }
    }
  });

  it('of a copy is no matter of a size that no object has', async () => {
    let parts = 0;
    const config = await wrongService(({ method, url = '' }, response) => {
      if (method === 'HEAD') {
        response.socket?.end(
          `HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: ${Number.MAX_SAFE_INTEGER}\r\n\r\n`,
        );
        return undefined;
      }
      if (url.includes('tagging')) return { body: '<Tagging><TagSet/></Tagging>' };
      if (url.includes('uploads'))
        return {
          body: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
        };
      return ++parts > 20 ? { status: 403 } : { body: '<CopyPartResult><ETag>"p"</ETag></CopyPartResult>' };
    });
    const error = await errorOf((await storeFor(config)).copy('a', 'b'));
    expect(error).to.include({ code: 'InvalidArgument', key: 'a' });
    expect(parts).to.equal(0);
  });

  it('has facts that are none as unknown, also those that the SDK reads for nobody', async () => {
    const junk = {
      'last-modified': 'never',
      'x-amz-object-lock-retain-until-date': 'soon',
      'x-amz-tagging-count': 'many',
      'x-amz-mp-parts-count': '-1',
      'x-amz-restore': '???',
      'x-amz-delete-marker': 'perhaps',
      expires: 'at once',
    };
    for (const [name, value] of Object.entries(junk)) {
      const headers = { etag: '"e"', [name]: value };
      const driver = await wrongDriver(({ method }) =>
        method === 'DELETE' ? { status: 204, headers } : { headers },
      );
      const info = await driver.read.head({ key: 'k' }, {});
      expect(info.lastModified, name).to.equal(undefined);
      (await driver.read.get({ key: 'k' }, {})).body.destroy();
      await driver.write.put({ key: 'k', body: Buffer.from('x') }, {});
      expect(await driver.delete.one({ key: 'k' }, {})).to.include({ key: 'k' });
    }
  });

  it('frees the socket of an object that is not taken', async () => {
    const open = new Set<ServerResponse>();
    const config = await wrongService(
      (request, response) => {
        request.resume();
        open.add(response);
        response.on('close', () => open.delete(response));
        response.writeHead(200, { etag: '"e"' });
        response.write('without end');
        return undefined;
      },
      { maxSockets: 2 },
    );
    const store = await storeFor(config);
    for (let i = 0; i < 5; i++)
      expect((await errorOf(store.get('k', { range: { start: 5 } }))).code).to.equal('Corrupt');
    for (let i = 0; i < 500 && open.size > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(open.size).to.equal(0);
  });
});

/** Ways to delete what is under `d/`: each sends requests of its own. */
const WAYS: Readonly<Record<string, DeletePrefixOptions>> = {
  batch: { strategy: 'batch' },
  single: { strategy: 'single' },
  versions: { versions: 'all', deleteMarkers: 'all' },
  'versions one by one': { versions: 'all', deleteMarkers: 'all', strategy: 'single' },
  'by the service': { strategy: 'server-prefix' },
};

const KEYS = ['d/1', 'd/2', 'd/\u0001'];

function listAnswer(url: string): Buffer {
  const spelt = KEYS.toSorted().map((key) => key.replace('\u0001', '&#1;'));
  if (!/[?&]versions/.test(url)) return listing(spelt.map((key) => contents(key)).join(''));
  const one = (name: string, id: string, latest: boolean): string =>
    spelt
      .map(
        (key) =>
          `<${name}><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><Size>1</Size></${name}>`,
      )
      .join('');
  return document('ListVersionsResult', ENDED + one('DeleteMarker', 'm', true) + one('Version', 'v', false));
}

describe('s3: a run over a service whose deletes are answered wrongly', () => {
  for (const [way, options] of Object.entries(WAYS)) {
    for (const quietDeletes of [false, true]) {
      it(`counts nothing as deleted (${way}${quietDeletes ? ', quiet' : ''})`, async () => {
        for (const [what, answer] of Object.entries(WRONG)) {
          if (what === 'an empty 200' && /single|one/.test(way)) continue;
          const config = await wrongService(
            ({ method, url = '' }) => {
              if (method === 'GET') return { body: listAnswer(url) };
              // A single delete of what a batch cannot carry is answered with an empty 200 by some services.
              return what === 'an empty 200' && method === 'DELETE' ? { status: 202 } : answer;
            },
            { quirks: { quietDeletes, serverPrefixDelete: true } },
          );
          const store = await storeFor(config);
          const report = await store.deletePrefix('d/', options).catch((error: unknown) => {
            expect(error).to.have.property('report');
            return (error as { report: { deleted: number; complete: boolean } }).report;
          });
          expect(report, what).to.include({ deleted: 0, complete: false });
          await closeServices();
        }
      });
    }
  }
});

describe('s3: whether a listing goes on', () => {
  interface Kind {
    readonly root: string;
    readonly list: (driver: S3Driver) => Promise<{ readonly truncated: boolean }> | undefined;
    readonly config?: Partial<S3Config>;
  }
  const KINDS: Readonly<Record<string, Kind>> = {
    objects: {
      root: 'ListBucketResult',
      list: (driver) => driver.list.page({ prefix: '', maxKeys: 9 }, {}),
    },
    'objects (version 1)': {
      root: 'ListBucketResult',
      list: (driver) => driver.list.page({ prefix: '', maxKeys: 9 }, {}),
      config: { quirks: { listVersion: 1 } },
    },
    versions: {
      root: 'ListVersionsResult',
      list: (driver) => driver.versions?.page({ prefix: '', maxKeys: 9 }, {}),
    },
    uploads: {
      root: 'ListMultipartUploadsResult',
      list: (driver) => driver.uploads.page({ prefix: '', maxUploads: 9 }, {}),
    },
    parts: {
      root: 'ListPartsResult',
      list: (driver) => driver.multipart.parts({ key: 'k', uploadId: 'u', maxParts: 9 }, {}),
    },
    'what a service deletes': {
      root: 'ListBucketResult',
      list: (driver) => driver.prefixDelete?.page({ prefix: 'p/', maxKeys: 9 }, {}),
      config: { quirks: { serverPrefixDelete: true } },
    },
  };
  const TOKENS =
    '<NextContinuationToken>t</NextContinuationToken><NextMarker>z</NextMarker><NextKeyMarker>z</NextKeyMarker>';

  const unclear = fc.oneof(
    fc.constant(''),
    fc.constant('<IsTruncated/>'),
    fc.constant('<IsTruncated>false</IsTruncated><IsTruncated>true</IsTruncated>'),
    fc.constant('<IsTruncated>false</IsTruncated><IsTruncated>false</IsTruncated>'),
    fc.constant('<IsTruncated><false/></IsTruncated>'),
    fc.constant('<Listing><IsTruncated>false</IsTruncated></Listing>'),
    fc
      .tuple(
        fc.constantFrom('isTruncated', 'Istruncated', 'Truncated', 's3:IsTruncated'),
        fc.constantFrom('true', 'false'),
      )
      .map(([name, word]) => `<${name}>${word}</${name}>`),
    fc
      .oneof(
        fc.constantFrom('0', '1', 'no', 'yes', 'null', 'False', 'FALSE', 'True', 'tru', 'falsee', '&false;'),
        fc
          .tuple(fc.constantFrom(' ', '\n', '\t', '\u00a0'), fc.constantFrom('true', 'false'), fc.boolean())
          .map(([blank, word, before]) => (before ? blank + word : word + blank)),
        fc
          .string({ minLength: 1, maxLength: 6 })
          .filter((text) => text !== 'true' && text !== 'false' && !/[<&]/.test(text)),
      )
      .map((word) => `<IsTruncated>${word}</IsTruncated>`),
  );

  for (const [kind, { root, list, config }] of Object.entries(KINDS)) {
    it(`is said clearly of ${kind}, or not at all`, async () => {
      const driver = await answering(config);
      await fc.assert(
        fc.asyncProperty(unclear, fc.boolean(), async (said, tokens) => {
          const body = document(root, said + (tokens ? TOKENS : ''));
          const error = await errorOf(Promise.resolve(list(driver({ body }))));
          expect(error).to.include({ code: 'Corrupt', retryable: true, provider: 's3' });
        }),
        { numRuns: 40 },
      );
      for (const [word, truncated] of [
        ['false', false],
        ['true', true],
        ['&#116;rue', true],
        ['<![CDATA[false]]>', false],
      ] as const) {
        const body = document(root, `<IsTruncated>${word}</IsTruncated>${TOKENS}`);
        expect(await list(driver({ body })), word).to.include({ truncated });
      }
    });
  }

  it('ends no run as complete that ends without it', async () => {
    for (const [way, options] of Object.entries(WAYS)) {
      const config = await wrongService(
        ({ method, url = '' }) => {
          const [, text] = method === 'GET' ? [0, listAnswer(url).toString()] : [];
          if (text !== undefined) return { body: text.replace(ENDED, '') };
          return method === 'DELETE'
            ? { status: 204 }
            : {
                body: document(
                  'ListBucketResult',
                  KEYS.slice(0, 2)
                    .map((key) => contents(key))
                    .join(''),
                ),
              };
        },
        { quirks: { serverPrefixDelete: true } },
      );
      const store = await storeFor(config);
      const error = await errorOf(store.deletePrefix('d/', options));
      expect(error, way).to.include({ code: 'Corrupt' });
      expect(error, way).to.have.property('report').that.includes({ complete: false });
      await closeServices();
    }
  });
});
