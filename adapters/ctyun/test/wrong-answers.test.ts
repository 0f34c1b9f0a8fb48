// Services that answer wrongly: nothing of it is a success, another key or an end.
import { errorOf } from '@store/conformance';
import type { WrongAnswer } from '@store/conformance';
import { MAX_ANSWER_BYTES } from '@store/kit';
import type { CtyunDriver } from '@store/ctyun';
import { expect } from 'chai';
import { describe, it } from 'mocha';

import { success, useWrongZos } from './wrong-service.js';

const { driverFor, storeFor, wrongService } = useWrongZos();

/** A page of one driver call, made of what stands in the JSON. */
async function listed(returnObj: string | Buffer) {
  const driver = driverFor(await wrongService(() => ({ body: success(returnObj) })));
  return driver.list.page({ prefix: '', maxKeys: 1000 }, {});
}

const entry = (key: string, rest = '"size":1,"lastModified":"2022-10-18T02:24:40Z"'): string =>
  `{"key":"${key}",${rest}}`;

describe('ctyun: keys of an answer', () => {
  const unnameable: readonly (readonly [written: Buffer, name: string])[] = [
    [Buffer.from('d/\xff', 'latin1'), 'd/\\xFF'],
    [Buffer.from('d/\xc3(', 'latin1'), 'd/\\xC3('],
    [Buffer.from('d/\xed\xa0\x80', 'latin1'), 'd/\\xED\\xA0\\x80'],
    [Buffer.from('d/\xf4\x90\x80\x80', 'latin1'), 'd/\\xF4\\x90\\x80\\x80'],
    [Buffer.from('d/\\ud800'), 'd/\\uD800'],
    [Buffer.from('d/\\udc00x'), 'd/\\uDC00x'],
    // Half a pair and a byte make no whole one.
    [Buffer.from('d/\\ud83d\x80', 'latin1'), 'd/'],
    [Buffer.from('d/\\ud83d\x80\\udc00', 'latin1'), 'd/'],
  ];
  for (const [written, name] of unnameable) {
    it(`does not take ${JSON.stringify(written.toString('latin1'))} for another key`, async () => {
      const contents = Buffer.concat([
        Buffer.from('{"isTruncated":false,"contents":[{"key":"'),
        written,
        Buffer.from(`"},${entry('d/中é\u{1f600}')}],"commonPrefixes":[{"prefix":"`),
        written,
        Buffer.from('/"}]}'),
      ]);
      const page = await listed(contents);
      expect(page.objects.map(({ key }) => key)).to.deep.equal(['d/中é\u{1f600}']);
      expect(page.prefixes).to.deep.equal([]);
      expect(page.unnameable).to.have.length(2);
      expect(page.unnameable?.[0]?.name)
        .to.match(/^[\x20-\x7e]+$/)
        .and.contain(name);
      expect(page.unnameable?.[0]?.reason).to.include({ code: 'Corrupt', retryable: false });
    });
  }

  it('shows the beginning of what is too long to be a key', async () => {
    for (const [key, why] of [
      ['d/'.repeat(1_000_000), /longer than any key/],
      ['d/\ud800'.repeat(500_000), /longer than any key/],
      [`d/\ud800${'x'.repeat(2000)}`, /no Unicode text/],
    ] as const) {
      const page = await listed(JSON.stringify({ isTruncated: false, contents: [{ key, size: 1 }] }));
      expect(page.objects).to.deep.equal([]);
      const [one] = page.unnameable ?? [];
      expect(one?.name)
        .to.match(/^d\/.*…$/)
        .and.have.lengthOf.below(6200);
      expect(one?.reason.message).to.match(why).and.have.lengthOf.below(6400);
    }
  });

  it('names them in listings of versions and uploads too, and percent-encoded ones', async () => {
    const rest = '"versionID":"v","isLatest":true';
    const body = success(
      `{"keys":[{"key":"d/","versions":[${entry('d/\\ud800', rest)},${entry('e/\\ud800', rest)}]}],` +
        `"deleteMarkers":[${entry('d/\\udc00', rest)}],"nextKeyMarker":null}`,
    );
    const versions = driverFor(await wrongService(() => ({ body })));
    const found = await versions.versions.page({ prefix: 'd/', maxKeys: 10 }, {});
    expect(found.versions).to.deep.equal([]);
    expect(found.unnameable?.map(({ name }) => name)).to.deep.equal(['d/\\uD800', 'd/\\uDC00']);
    const uploads = driverFor(
      await wrongService(() => ({
        body: success(`{"isTruncated":false,"uploads":[${entry('\\ud800', '"uploadID":"u"')}]}`),
      })),
    );
    expect((await uploads.uploads.page({ prefix: '', maxUploads: 1 }, {})).unnameable).to.have.length(1);
    const config = await wrongService(() => ({
      body: success(
        `{"isTruncated":false,"contents":[${['a%20b+c', '%FF', '%zz'].map((key) => entry(key)).join()}]}`,
      ),
    }));
    const page = await driverFor({ ...config, listEncoding: 'url' }).list.page(
      { prefix: '', maxKeys: 9 },
      {},
    );
    expect(page.objects.map(({ key }) => key)).to.deep.equal(['a b+c']);
    expect(page.unnameable?.map(({ name }) => name)).to.deep.equal(['\\xFF', '%zz']);
  });

  it('does not go on behind a name that cannot be sent', async () => {
    for (const marker of ['', ',"nextMarker":"\\ud800"']) {
      const body = `{"isTruncated":true,"contents":[${entry('a')},${entry('b\\ud800')}]${marker}}`;
      if (marker === '')
        expect(await listed(body)).to.deep.include({ truncated: true, nextToken: undefined });
      else expect(await errorOf(listed(body))).to.include({ code: 'Corrupt', operation: 'list' });
    }
  });

  it('accounts for keys of white space in an answer to a delete', async () => {
    const keys = ['\n', ' \t ', '\r\n'];
    const body = success(JSON.stringify({ deleted: keys.map((key) => ({ key })) }));
    const driver = driverFor(await wrongService(() => ({ body })));
    const { deleted } = await driver.batch.delete(
      keys.map((key) => ({ key })),
      {},
    );
    expect(deleted.map(({ key }) => key)).to.deep.equal(keys);
  });

  it('takes the version null for that of an object that was asked for without one', async () => {
    const answer = {
      deleted: [
        { key: 'a', versionID: 'null' },
        { key: 'b', versionID: 'null' },
        { key: 'd', versionID: '' },
      ],
      errors: [{ key: 'c', versionID: 'null', code: 'AccessDenied' }],
    };
    const driver = driverFor(await wrongService(() => ({ body: success(JSON.stringify(answer)) })));
    const asked = [{ key: 'a' }, { key: 'b', versionId: 'null' }, { key: 'c' }, { key: 'd' }];
    const { deleted, failed } = await driver.batch.delete(asked, {});
    expect(deleted.map(({ key, versionId }) => [key, versionId])).to.deep.equal([
      ['a', undefined],
      ['b', 'null'],
      ['d', undefined],
    ]);
    expect(failed.map(({ key, versionId }) => [key, versionId])).to.deep.equal([['c', undefined]]);
  });

  it('leaves the keys unconfirmed that an answer does not name, whatever failures name no key', async () => {
    const config = await wrongService(({ url = '' }) => {
      const listing = `{"isTruncated":false,"contents":[${entry('d/e\u0301')},${entry('d/f')}]}`;
      if (url.includes('list-objects')) return { body: success(listing) };
      // One failure without a key, one whose key was normalised.
      const errors = '[{"code":"AccessDenied"},{"key":"d/\u00e9","code":"AccessDenied"}]';
      return { body: success(`{"deleted":[{"key":"d/f"}],"errors":${errors}}`) };
    });
    const store = await storeFor(config, { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 });
    const report = await store.deletePrefix('d/');
    expect(report).to.include({ deleted: 1, failed: 1, complete: false });
    expect(report.failures.byCode).to.deep.equal({ Unconfirmed: 1 });
  });
});

describe('ctyun: facts of a listing', () => {
  it('has no size and no time where none is given, or one that is none', async () => {
    const facts = [
      '"etag":null',
      '"size":-1,"lastModified":"yesterday"',
      '"size":null,"lastModified":null',
      '"size":1e400,"lastModified":12',
      '"size":1.5,"lastModified":{}',
      '"size":"many","lastModified":[]',
    ];
    const page = await listed(
      `{"isTruncated":false,"contents":[${facts.map((rest) => entry('k', rest)).join()}]}`,
    );
    expect(page.objects).to.have.length(facts.length);
    for (const one of page.objects)
      expect([one.size, one.lastModified]).to.deep.equal([undefined, undefined]);
    expect(
      (await listed(`{"isTruncated":false,"contents":[${entry('k', '"size":"12"')}]}`)).objects[0]?.size,
    ).to.equal(12);
  });

  const rest = '"versionID":"v","isLatest":true,"size":-1,"lastModified":0';
  const versionsOf = async (one: string) => {
    const body = success(`{"keys":[{"versions":[${one}]}],"nextKeyMarker":null}`);
    return driverFor(await wrongService(() => ({ body }))).versions.page({ prefix: '', maxKeys: 10 }, {});
  };
  it('has them of versions, and guesses at nothing by which versions are chosen', async () => {
    const { versions } = await versionsOf(entry('k', rest));
    expect(versions[0]).to.include({ key: 'k', size: undefined, lastModified: undefined });
    for (const wrong of [
      '"versionID":"v"',
      '"isLatest":true',
      '"versionID":"","isLatest":true',
      '"versionID":"v","isLatest":"no"',
    ])
      expect(await errorOf(versionsOf(entry('k', wrong))), wrong).to.include({
        code: 'Corrupt',
        retryable: true,
      });
  });
});

describe('ctyun: whether a listing goes on', () => {
  const lists: Readonly<Record<string, (driver: CtyunDriver) => Promise<unknown>>> = {
    objects: (driver) => driver.list.page({ prefix: '', maxKeys: 10 }, {}),
    uploads: (driver) => driver.uploads.page({ prefix: '', maxUploads: 10 }, {}),
    versions: (driver) => driver.versions.page({ prefix: '', maxKeys: 10 }, {}),
  };
  const unclear = [
    undefined,
    'null',
    '{}',
    '{"isTruncated":null,"nextMarker":"z","nextKeyMarker":""}',
    '{"nextMarker":"z"}',
    '{"isTruncated":"maybe","nextKeyMarker":"z"}',
    '{"isTruncated":0,"nextKeyMarker":null}',
    '{"isTruncated":{},"nextKeyMarker":null}',
    '[]',
  ];
  for (const [what, list] of Object.entries(lists)) {
    it(`is said clearly of ${what}, or not at all`, async () => {
      for (const one of unclear) {
        const driver = driverFor(await wrongService(() => ({ body: success(one) })));
        const error = await errorOf(list(driver));
        expect(error, one).to.include({ code: 'Corrupt', retryable: true, provider: 'ctyun' });
      }
      const ended = driverFor(
        await wrongService(() => ({ body: success('{"isTruncated":false,"nextKeyMarker":null}') })),
      );
      expect(await list(ended)).to.include({ truncated: false });
    });
  }

  it('is not said by an answer that says something twice', async () => {
    const twice = [
      '{"isTruncated":true,"isTruncated":false}',
      '{"isTruncated":false,"isTruncated":false}',
      '{"isTruncated":false,"contents":[{"key":"a"}],"contents":[]}',
      '{"isTruncated":false,"contents":[{"key":"a","size":1,"size":2}]}',
      '{"isTruncated":false,"contents":[{"key":"a","key":"a"}]}',
      '{"isTruncated":false,"\\u0069sTruncated":false}',
      '{"isTruncated":false,"__proto__":1,"__proto__":2}',
      '{"isTruncated":false},"returnObj":{"isTruncated":false}',
    ];
    for (const one of twice) {
      const driver = driverFor(await wrongService(() => ({ body: success(one) })));
      const error = await errorOf(driver.list.page({ prefix: '', maxKeys: 10 }, {}));
      expect(error, one).to.include({
        code: 'Corrupt',
        retryable: true,
        provider: 'ctyun',
        operation: 'list',
      });
    }
    const once = '{"isTruncated":false,"contents":[{"key":"\\"a\\":1,\\\\"},{"key":"{\\"a\\":[:"}]}';
    const driver = driverFor(await wrongService(() => ({ body: success(once) })));
    const { objects } = await driver.list.page({ prefix: '', maxKeys: 10 }, {});
    expect(objects.map(({ key }) => key)).to.deep.equal(['"a":1,\\', '{"a":[:']);
  });

  it('goes on with versions when one of both says so', async () => {
    const page = async (body: string) =>
      driverFor(await wrongService(() => ({ body: success(body) }))).versions.page(
        { prefix: '', maxKeys: 1 },
        {},
      );
    expect(await page('{"nextKeyMarker":"k"}')).to.include({ truncated: true, nextToken: 'k' });
    expect(await page('{"isTruncated":false,"nextKeyMarker":"k"}')).to.include({
      truncated: true,
      nextToken: 'k',
    });
    expect(await page('{"isTruncated":true,"nextKeyMarker":null}')).to.include({
      truncated: true,
      nextToken: undefined,
    });
  });
});

describe('ctyun: markers before the prefix', () => {
  it('are one token, since one request is made of them: a listing that gives them in turn ends', async () => {
    let requests = 0;
    const config = await wrongService(() => ({
      body: success(`{"nextKeyMarker":"a${requests++}"}`),
    }));
    const store = await storeFor(config, { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 });
    const listing = async (): Promise<void> => {
      for await (const _ of store.listVersions('p/'));
    };
    expect((await errorOf(listing())).code).to.equal('Corrupt');
    expect(requests).to.be.below(10);
  });
});

describe('ctyun: what is a success', () => {
  const wrong: Readonly<Record<string, WrongAnswer>> = {
    'an HTML page': { body: '<html>hello</html>', headers: { 'content-type': 'text/html' } },
    'a document of S3': { body: '<Error><Code>AccessDenied</Code></Error>' },
    nothing: {},
    'a list': { body: '[{"statusCode":800}]' },
    'a failure': { body: '{"statusCode":900}' },
    'a success of another service': { body: '{"statusCode":200,"returnObj":{}}' },
    'something like a success': { body: '{"statusCode":[800],"returnObj":{}}' },
    'a padded success': { body: '{"statusCode":" 800 ","returnObj":{}}' },
    'a success with an error': { body: '{"statusCode":800,"errorCode":"openapi.x.y","returnObj":{}}' },
    'a success that is accepted': { status: 202, body: success('{}') },
    'a success with a bad status': { status: 500, body: success('{}') },
    'a success with no content': { status: 204 },
  };
  /** Whether a success is documented with a `returnObj`. */
  const calls: Readonly<Record<string, readonly [boolean, (driver: CtyunDriver) => Promise<unknown>]>> = {
    delete: [true, (driver) => driver.delete.one({ key: 'k' }, {})],
    'delete of a version': [true, (driver) => driver.delete.one({ key: 'k', versionId: 'v' }, {})],
    'batch delete': [true, (driver) => driver.batch.delete([{ key: 'k' }], {})],
    'aborted upload': [false, (driver) => driver.uploads.abort({ key: 'k', uploadId: 'u' }, {})],
    head: [true, (driver) => driver.read.head({ key: 'k' }, {})],
    copy: [false, (driver) => driver.write.copy({ from: 'f', to: 'k' }, {})],
    'change of rules': [
      false,
      (driver) => driver.lifecycle.put({ kept: [], added: [{ id: 'i', prefix: 'p', days: 1 }] }, {}),
    ],
    'removal of rules': [false, (driver) => driver.lifecycle.put({ kept: [], added: [] }, {})],
    'reading of rules': [true, (driver) => driver.lifecycle.get({})],
    'reading of tags': [true, (driver) => driver.tags.get({ key: 'k' }, {})],
    'change of tags': [false, (driver) => driver.tags.set({ key: 'k', tags: { a: '1' } }, {})],
    'removal of tags': [false, (driver) => driver.tags.set({ key: 'k', tags: {} }, {})],
    restore: [false, (driver) => driver.restore({ key: 'k', days: 1 }, {})],
    link: [true, (driver) => driver.presign({ key: 'k', method: 'GET', expiresIn: 60 }, {})],
    listing: [true, (driver) => driver.list.page({ prefix: '', maxKeys: 1 }, {})],
  };
  for (const [call, [hasObject, send]] of Object.entries(calls)) {
    it(`of a ${call} is the documented answer and no other`, async () => {
      for (const [what, answer] of Object.entries(wrong)) {
        const driver = driverFor(await wrongService(() => answer));
        const failed = await errorOf(send(driver));
        expect(['Corrupt', 'Unavailable'], what).to.include(failed.code);
        expect(failed.retryable, `${what}: ${failed.message}`).to.equal(true);
        expect(failed.message, what).not.to.contain('\n');
      }
      for (const returnObj of [undefined, 'null', 'true']) {
        const driver = driverFor(await wrongService(() => ({ body: success(returnObj) })));
        if (hasObject) expect(await errorOf(send(driver))).to.include({ code: 'Corrupt', retryable: true });
        else await send(driver);
      }
    });
  }

  it('counts nothing as deleted by such answers, whichever way is taken', async () => {
    const listing = success(`{"isTruncated":false,"contents":[${entry('d/1')},${entry('d/2')}]}`);
    for (const answer of Object.values(wrong)) {
      const config = await wrongService(({ method }) => (method === 'GET' ? { body: listing } : answer));
      for (const strategy of ['batch', 'single'] as const) {
        const store = await storeFor(config, { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 });
        const report = await store.deletePrefix('d/', { strategy });
        expect(report, strategy).to.include({ deleted: 0, failed: 2, complete: false });
      }
    }
  });

  it('gives out no link that cannot work: without a data plane there is none to upload', async () => {
    const driver = driverFor(await wrongService(() => ({ body: success('"http://127.0.0.1/link"') })));
    const link = { key: 'k', expiresIn: 60 } as const;
    expect(await driver.presign({ ...link, method: 'GET' }, {})).to.equal('http://127.0.0.1/link');
    for (const method of ['PUT', 'HEAD', 'DELETE'] as const)
      expect((await errorOf(driver.presign({ ...link, method }, {}))).code).to.equal('Unsupported');
  });
});

describe('ctyun: answers that break off, stop or never end', () => {
  it('asks again when an answer is cut off', async () => {
    for (const head of [
      'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"statusCode":800',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sta\r\n',
      'HTTP/1.1 200 OK\r\nContent-',
      'nonsense\r\n\r\n',
    ]) {
      const config = await wrongService((request, response) => {
        request.resume();
        response.socket?.end(head);
        return undefined;
      });
      const error = await errorOf(driverFor(config).list.page({ prefix: '', maxKeys: 1 }, {}));
      expect(error, head).to.include({ code: 'Unavailable', retryable: true, operation: 'list' });
    }
  });

  it('means by a status what the other adapters mean, and heeds Retry-After', async () => {
    const codes = {
      401: 'AccessDenied',
      405: 'Unsupported',
      408: 'Timeout',
      409: 'Conflict',
      429: 'Throttled',
      501: 'Unsupported',
      503: 'Unavailable',
    };
    const bodies = ['', '<html>', '{"statusCode":900,"message":"no"}'];
    for (const [status, code] of Object.entries(codes)) {
      for (const body of bodies) {
        const headers = { 'retry-after': '7' };
        const config = await wrongService(() => ({ status: Number(status), headers, body }));
        const error = await errorOf(driverFor(config).delete.one({ key: 'k' }, {}));
        expect(error, `${status} ${body}`).to.include({ code, status: Number(status), retryAfterMs: 7000 });
      }
    }
  });

  it('reads no more than fits of an answer without end', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, ' ');
    let sent = 0;
    let status = 200;
    const config = await wrongService((request, response) => {
      request.resume();
      response.writeHead(status);
      const more = (): void => {
        while (!response.destroyed) {
          sent += megabyte.length;
          if (!response.write(megabyte)) break;
        }
      };
      response.on('drain', more);
      more();
      return undefined;
    });
    const driver = driverFor(config);
    const error = await errorOf(driver.list.page({ prefix: '', maxKeys: 1 }, {}));
    expect(error).to.include({ code: 'Corrupt', provider: 'ctyun' });
    expect(sent).to.be.below(4 * MAX_ANSWER_BYTES);
    // Many deletes are on their way at once; so are refusals.
    sent = 0;
    expect((await errorOf(driver.delete.one({ key: 'k' }, {}))).code).to.equal('Corrupt');
    status = 503;
    expect((await errorOf(driver.list.page({ prefix: '', maxKeys: 1 }, {}))).code).to.equal('Unavailable');
    expect(sent).to.be.below(MAX_ANSWER_BYTES);
  });

  it('does not take apart what has too much in it for an answer', async () => {
    const before = process.memoryUsage().heapUsed;
    const body = success(`{"isTruncated":false,"contents":[${'{},'.repeat(10_000_000)}{}]}`);
    const driver = driverFor(await wrongService(() => ({ body })));
    expect((await errorOf(driver.list.page({ prefix: '', maxKeys: 1 }, {}))).code).to.equal('Corrupt');
    expect(process.memoryUsage().heapUsed - before).to.be.below(200_000_000);
  });

  it('ends a request of which nothing moves, and an answer that stops flowing', async () => {
    const silent = driverFor({ ...(await wrongService(() => undefined)), timeoutMs: 200 });
    const targets = Array.from({ length: 1000 }, (_, i) => ({ key: `${i}`.padEnd(1000, 'x') }));
    expect(await errorOf(silent.batch.delete(targets, {}))).to.include({ code: 'Timeout', retryable: true });
    const config = await wrongService((request, response) => {
      request.resume();
      response.write('{"statusCode":');
      return undefined;
    });
    const stopping = driverFor({ ...config, timeoutMs: 200 });
    expect((await errorOf(stopping.read.head({ key: 'k' }, {}))).code).to.equal('Timeout');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const aborted = driverFor(config).read.head({ key: 'k' }, { signal: controller.signal });
    expect((await errorOf(aborted)).code).to.equal('Aborted');
  });
});
