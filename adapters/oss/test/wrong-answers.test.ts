// Services that answer wrongly: nothing of it is a success, another key or an end.
import { errorOf } from '@store/conformance';
import type { WrongAnswer } from '@store/conformance';
import { StoreError } from '@store/core';
import { MAX_ANSWER_BYTES } from '@store/kit';
import type { OssDriver } from '@store/oss';
import { expect } from 'chai';
import { describe, it } from 'mocha';

import { listing, useWrongOss } from './wrong-service.js';

const { driverFor, storeFor, wrongService } = useWrongOss();

const contents = (key: string, rest = ''): string => `<Contents><Key>${key}</Key>${rest}</Contents>`;

/** What a driver makes of one page. */
async function listed(body: string | Buffer) {
  const driver = driverFor(await wrongService(() => ({ body })));
  return driver.list.page({ prefix: '', maxKeys: 1000 }, {});
}

describe('oss: keys of an answer that is not encoded', () => {
  const keys: readonly (readonly [written: string, key: string])[] = [
    ['d/a&#9;b', 'd/a\tb'],
    ['d/a&#x9;b', 'd/a\tb'],
    ['d/a&#13;&#xA;b', 'd/a\r\nb'],
    ['d/a&#00000000000013;b', 'd/a\rb'],
    ['d/a&amp;#9;b', 'd/a&#9;b'],
    ['d/a&amp;amp;b', 'd/a&amp;b'],
    ['d/&lt;&gt;&quot;&apos;', 'd/<>"\''],
    ['d/&#x1F600;&#128512;\u{1f600}', 'd/\u{1f600}\u{1f600}\u{1f600}'],
    ['d/&#1;&#x1f;', 'd/\u0001\u001f'],
    ['d/<![CDATA[a&#9;<b>]]>&amp;', 'd/a&#9;<b>&'],
    ['d/a%20b+c', 'd/a%20b+c'],
    ['  \n ', '  \n '],
    ['\t', '\t'],
    ['d/中&#x4E2D;é', 'd/中中é'],
    ['d/a<!-- not of it -->b', 'd/ab'],
  ];
  for (const [written, key] of keys) {
    it(`reads ${JSON.stringify(written)}`, async () => {
      const page = await listed(listing(contents(written)));
      expect(page.objects.map((one) => one.key)).to.deep.equal([key]);
      expect(page.unnameable).to.deep.equal([]);
    });
  }

  const unnameable: readonly (readonly [written: string | Buffer, name: string])[] = [
    [Buffer.from('d/\xff', 'latin1'), 'd/\\xFF'],
    [Buffer.from('d/\xc3(', 'latin1'), 'd/\\xC3('],
    [Buffer.from('d/\xed\xa0\x80', 'latin1'), 'd/\\xED\\xA0\\x80'],
    ['d/&#xD800;', 'd/&#xD800;'],
    ['d/&#x110000;', 'd/&#x110000;'],
    ['d/&nbsp;', 'd/&nbsp;'],
    // A line feed by XML, a carriage return by what whoever writes so must mean.
    ['d/a\rb', 'd/a\\x0Db'],
    ['d/a\r\nb', 'd/a\\x0D\\x0Ab'],
  ];
  for (const [written, name] of unnameable) {
    it(`does not take ${name} for another key`, async () => {
      const entry = Buffer.concat([
        Buffer.from('<Contents><Key>'),
        Buffer.from(written),
        Buffer.from('</Key></Contents>'),
      ]);
      const page = await listed(listing(Buffer.concat([entry, Buffer.from(contents('d/z'))])));
      expect(page.objects.map(({ key }) => key)).to.deep.equal(['d/z']);
      expect(page.unnameable?.map((one) => one.name)).to.deep.equal([name]);
      expect(page.unnameable?.[0]?.reason).to.include({ code: 'Corrupt', retryable: false });
    });
  }

  it('names encoded keys by their bytes too, in every kind of listing', async () => {
    const encoded = '<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>';
    const page = await listed(
      listing(
        `${contents('d/%FF')}${contents('d/%zz')}${contents('d/a%2Bb+c')}<CommonPrefixes><Prefix>d/%C3/</Prefix></CommonPrefixes>`,
        encoded,
      ),
    );
    expect(page.objects.map(({ key }) => key)).to.deep.equal(['d/a+b+c']);
    expect(page.prefixes).to.deep.equal([]);
    expect(page.unnameable?.map(({ name }) => name)).to.deep.equal(['d/\\xFF', 'd/%zz', 'd/\\xC3/']);
    const rest = '<VersionId>v</VersionId><IsLatest>true</IsLatest>';
    const versions = driverFor(
      await wrongService(() => ({
        body: `<ListVersionsResult>${encoded}<Version><Key>%FF</Key>${rest}</Version><DeleteMarker><Key>%FE</Key>${rest}</DeleteMarker></ListVersionsResult>`,
      })),
    );
    const found = await versions.versions.page({ prefix: '', maxKeys: 10 }, {});
    expect(found.versions).to.deep.equal([]);
    expect(found.unnameable?.map(({ name }) => name)).to.deep.equal(['\\xFF', '\\xFE']);
    const uploads = driverFor(
      await wrongService(() => ({
        body: `<ListMultipartUploadsResult>${encoded}<Upload><Key>%FF</Key><UploadId>u</UploadId></Upload></ListMultipartUploadsResult>`,
      })),
    );
    expect(
      (await uploads.uploads.page({ prefix: '', maxUploads: 10 }, {})).unnameable?.map(({ name }) => name),
    ).to.deep.equal(['\\xFF']);
  });

  it('accounts for keys of white space and references in an answer to a delete', async () => {
    const keys = ['\n', ' \t ', 'd/a\tb', 'd/&#9;'];
    const body = `<DeleteResult>${['&#10;', ' &#9; ', 'd/a&#x9;b', 'd/&amp;#9;']
      .map((key) => `<Deleted><Key>${key}</Key></Deleted>`)
      .join('')}<Deleted><Key>d/&nbsp;</Key></Deleted><Deleted/></DeleteResult>`;
    const driver = driverFor(await wrongService(() => ({ body })));
    const { deleted } = await driver.batch.delete(
      keys.map((key) => ({ key })),
      {},
    );
    expect(deleted.map(({ key }) => key)).to.deep.equal(keys);
  });

  it('takes the version null for that of an object that was asked for without one', async () => {
    const body =
      '<DeleteResult><Deleted><Key>a</Key><VersionId>null</VersionId></Deleted>' +
      '<Deleted><Key>b</Key><VersionId>null</VersionId></Deleted>' +
      '<Error><Key>c</Key><VersionId>null</VersionId><Code>AccessDenied</Code></Error></DeleteResult>';
    const driver = driverFor(await wrongService(() => ({ body })));
    const asked = [{ key: 'a' }, { key: 'b', versionId: 'null' }, { key: 'c' }];
    const { deleted, failed } = await driver.batch.delete(asked, {});
    expect(deleted.map(({ key, versionId }) => [key, versionId])).to.deep.equal([
      ['a', undefined],
      ['b', 'null'],
    ]);
    expect(failed.map(({ key, versionId, reason }) => [key, versionId, reason.code])).to.deep.equal([
      ['c', undefined, 'AccessDenied'],
    ]);
  });
});

describe('oss: facts of a listing', () => {
  it('has no size and no time where none is given, or one that is none', async () => {
    const facts = [
      '',
      '<Size>-1</Size><LastModified>yesterday</LastModified>',
      '<Size>Infinity</Size>',
      '<Size>1e3</Size>',
      '<Size>1.5</Size>',
      '<Size> </Size><LastModified> </LastModified>',
    ];
    const page = await listed(listing(facts.map((given, i) => contents(`k${i}`, given)).join('')));
    expect(page.objects).to.have.length(facts.length);
    for (const one of page.objects)
      expect([one.size, one.lastModified]).to.deep.equal([undefined, undefined]);
  });

  const versions = (entry: string) =>
    `<ListVersionsResult><IsTruncated>false</IsTruncated>${entry}</ListVersionsResult>`;

  const needed = {
    'a version without its id': ['<Version><Key>k</Key><IsLatest>true</IsLatest></Version>', 'k'],
    'a version that does not say whether it is the latest': [
      '<Version><Key>k</Key><VersionId>v</VersionId></Version>',
      'k',
    ],
    'a version without a key': ['<Version><VersionId>v</VersionId><IsLatest>true</IsLatest></Version>', ''],
  } as const;
  for (const [what, [entry, name]] of Object.entries(needed)) {
    it(`names ${what} instead of guessing`, async () => {
      const driver = driverFor(await wrongService(() => ({ body: versions(entry) })));
      const page = await driver.versions.page({ prefix: '', maxKeys: 10 }, {});
      expect(page.versions).to.deep.equal([]);
      expect(page.unnameable?.map((one) => [one.name, one.reason.code])).to.deep.equal([[name, 'Corrupt']]);
    });
  }

  it('believes no page with an entry that says something twice', async () => {
    const twice =
      '<Version><Key>k</Key><Key>l</Key><VersionId>v</VersionId><IsLatest>true</IsLatest></Version>';
    const one = driverFor(await wrongService(() => ({ body: versions(twice) })));
    const sizes = contents('k', '<Size>1</Size><Size>2</Size>');
    const other = driverFor(await wrongService(() => ({ body: listing(sizes) })));
    for (const page of [
      () => one.versions.page({ prefix: '', maxKeys: 10 }, {}),
      () => other.list.page({ prefix: '', maxKeys: 10 }, {}),
    ])
      expect(await errorOf(page())).to.include({ code: 'Corrupt', retryable: true, provider: 'oss' });
  });
});

describe('oss: whether a listing goes on', () => {
  const roots = {
    ListBucketResult: (driver: OssDriver) => driver.list.page({ prefix: '', maxKeys: 10 }, {}),
    ListVersionsResult: (driver: OssDriver) => driver.versions.page({ prefix: '', maxKeys: 10 }, {}),
    ListMultipartUploadsResult: (driver: OssDriver) =>
      driver.uploads.page({ prefix: '', maxUploads: 10 }, {}),
    ListPartsResult: (driver: OssDriver) =>
      driver.multipart.parts({ key: 'k', uploadId: 'u', maxParts: 10 }, {}),
  };
  const said = [
    '',
    '<IsTruncated/>',
    '<IsTruncated> true </IsTruncated>',
    '<IsTruncated>True</IsTruncated>',
    '<IsTruncated>0</IsTruncated>',
    '<isTruncated>false</isTruncated>',
    '<IsTruncated>false</IsTruncated><IsTruncated>true</IsTruncated>',
    '<IsTruncated><a/></IsTruncated>',
  ];
  for (const [root, list] of Object.entries(roots)) {
    it(`is said clearly by a ${root}, or not at all`, async () => {
      for (const one of said) {
        const driver = driverFor(
          await wrongService(() => ({ body: `<${root}>${one}<NextMarker>z</NextMarker></${root}>` })),
        );
        const error = await errorOf(list(driver));
        expect(error, one).to.include({ code: 'Corrupt', retryable: true, provider: 'oss' });
      }
      const ended = driverFor(
        await wrongService(() => ({ body: `<${root}><IsTruncated>false</IsTruncated></${root}>` })),
      );
      expect(await list(ended)).to.include({ truncated: false });
    });
  }

  it('does not go on behind a name that cannot be sent', async () => {
    const body = listing(
      '',
      '<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextMarker>%FF</NextMarker>',
    );
    const config = await wrongService(() => ({ body }));
    const error = await errorOf(
      driverFor({ ...config, listVersion: 1 }).list.page({ prefix: '', maxKeys: 1 }, {}),
    );
    expect(error).to.include({ code: 'Corrupt', operation: 'list' });
    expect(error.message).to.contain('\\xFF');
  });
});

describe('oss: what is a success', () => {
  const page = '<html><body>hello</body></html>';
  const error = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';
  const wrong: Readonly<Record<string, WrongAnswer>> = {
    'an HTML page': { body: page, headers: { 'content-type': 'text/html' } },
    'an error with a 200': { body: error },
    'another envelope': { body: '{"statusCode":900}' },
    'an accepted request': { status: 202 },
    'a page with a 202': { status: 202, body: page },
    'a multi-status': { status: 207, body: '<multistatus/>' },
    'a part of nothing': { status: 206 },
    'an empty 200': {},
    'a redirect': { status: 302, headers: { location: 'http://localhost:1/' } },
  };
  const calls: Readonly<Record<string, (driver: OssDriver) => Promise<unknown>>> = {
    delete: (driver) => driver.delete.one({ key: 'k' }, {}),
    'delete of a version': (driver) => driver.delete.one({ key: 'k', versionId: 'v' }, {}),
    'batch delete': (driver) => driver.batch.delete([{ key: 'k' }], {}),
    'aborted upload': (driver) => driver.multipart.abort({ key: 'k', uploadId: 'u' }, {}),
    head: (driver) => driver.read.head({ key: 'k' }, {}),
    get: (driver) => driver.read.get({ key: 'k' }, {}),
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
    'change of rules': (driver) =>
      driver.lifecycle.put({ kept: [], added: [{ id: 'i', prefix: 'p', days: 1 }] }, {}),
    'removal of rules': (driver) => driver.lifecycle.put({ kept: [], added: [] }, {}),
    'reading of rules': (driver) => driver.lifecycle.get({}),
    'reading of tags': (driver) => driver.tags.get({ key: 'k' }, {}),
    'change of tags': (driver) => driver.tags.set({ key: 'k', tags: { a: '1' } }, {}),
    restore: (driver) => driver.restore({ key: 'k', days: 1 }, {}),
    listing: (driver) => driver.list.page({ prefix: '', maxKeys: 1 }, {}),
  };
  /** Documented without a body: with these an empty 200 is right, and a restore may be a 202. */
  const right: Readonly<Record<string, readonly string[]>> = {
    'change of rules': ['an empty 200'],
    'change of tags': ['an empty 200'],
    restore: ['an empty 200', 'an accepted request'],
  };
  for (const [call, send] of Object.entries(calls)) {
    it(`of a ${call} is the documented answer and no other`, async () => {
      for (const [what, answer] of Object.entries(wrong)) {
        if (right[call]?.includes(what)) continue;
        const driver = driverFor(await wrongService(() => answer));
        const failed = await errorOf(send(driver));
        expect(failed.code, what).to.equal(what === 'a redirect' ? 'InvalidConfig' : 'Corrupt');
        expect(failed.retryable, `${what}: ${failed.message}`).to.equal(what !== 'a redirect');
        expect(failed.message, what).not.to.contain('\n');
      }
    });
  }

  it('counts nothing as deleted by such answers, whichever way is taken', async () => {
    const config = await wrongService(({ method = '', url = '' }) =>
      method === 'GET' ? { body: listing(contents('d/1') + contents('d/2')) } : { body: url },
    );
    for (const strategy of ['batch', 'single'] as const) {
      const store = await storeFor(config, { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 });
      const report = await store.deletePrefix('d/', { strategy });
      expect(report, strategy).to.include({ deleted: 0, failed: 2, complete: false });
    }
  });
});

describe('oss: answers that break off, stop or never end', () => {
  const cut = (head: string) =>
    wrongService((request, response) => {
      request.resume();
      response.socket?.end(head);
      return undefined;
    });

  it('asks again when an answer is cut off', async () => {
    for (const head of [
      'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<ListBucketResult>',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<List\r\n',
      'HTTP/1.1 503 Slow\r\nContent-Length: 1000\r\n\r\n<Error>',
      'HTTP/1.1 200 OK\r\nContent-',
      'nonsense\r\n\r\n',
    ]) {
      const error = await errorOf(driverFor(await cut(head)).list.page({ prefix: '', maxKeys: 1 }, {}));
      expect(error, head).to.include({
        code: 'Unavailable',
        retryable: true,
        provider: 'oss',
        operation: 'list',
      });
      expect(error.message).not.to.contain('undefined');
    }
  });

  it('hears of a connection that is dropped because the service changes the protocol', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n';
    const error = await errorOf(driverFor(await cut(upgrade)).list.page({ prefix: '', maxKeys: 1 }, {}));
    expect(error).to.include({ code: 'Unavailable', retryable: true, provider: 'oss', operation: 'list' });
  });

  it('fails in the words of this library when an object is cut off, too', async () => {
    const config = await wrongService((request, response) => {
      request.resume();
      response.writeHead(200, { etag: '"e"', 'content-length': '1000' });
      response.write('half of it', () => response.destroy());
      return undefined;
    });
    const store = await storeFor(config, { maxAttempts: 1 });
    const error = await errorOf((await store.get('k')).bytes());
    expect(error).to.include({ code: 'Unavailable', retryable: true, provider: 'oss', key: 'k' });
  });

  it('gets to the end of a listing of which one answer was cut off', async () => {
    let requests = 0;
    const config = await wrongService((request, response) => {
      request.resume();
      if (++requests > 1) return { body: listing(contents('d/1')) };
      response.writeHead(200, { 'content-length': '1000' });
      response.write('<ListBucketResult>', () => response.destroy());
      return undefined;
    });
    const store = await storeFor(config, { baseDelayMs: 1, maxDelayMs: 1 });
    const keys: string[] = [];
    for await (const { key } of store.list('d/')) keys.push(key);
    expect(keys).to.deep.equal(['d/1']);
  });

  it('means by a status what the other adapters mean, and heeds Retry-After', async () => {
    const codes = {
      401: 'AccessDenied',
      405: 'Unsupported',
      408: 'Timeout',
      409: 'Conflict',
      429: 'Throttled',
      501: 'Unsupported',
      502: 'Unavailable',
      503: 'Unavailable',
    };
    for (const [status, code] of Object.entries(codes)) {
      for (const body of ['', '<html>']) {
        const headers = { 'retry-after': '7' };
        const driver = driverFor(await wrongService(() => ({ status: Number(status), headers, body })));
        for (const call of [
          () => driver.read.head({ key: 'k' }, {}),
          () => driver.delete.one({ key: 'k' }, {}),
        ]) {
          const error = await errorOf(call());
          expect(error, status).to.include({ code, status: Number(status), retryAfterMs: 7000 });
        }
      }
    }
  });

  it('reads the error of an answer without a body from its header', async () => {
    const document = '<Error><Code>NoSuchBucket</Code><RequestId>r</RequestId><EC>0015-00000101</EC></Error>';
    const headers = { 'x-oss-err': Buffer.from(document).toString('base64') };
    const driver = driverFor(await wrongService(() => ({ status: 404, headers })));
    const error = await errorOf(driver.read.head({ key: 'k' }, {}));
    expect(error).to.include({ code: 'NotFound', providerCode: 'NoSuchBucket', requestId: 'r' });
    expect(error.message).to.contain('no bucket "demo" (EC 0015-00000101)');
  });

  for (const status of [200, 500]) {
    it(`reads no more than fits of an answer without end (HTTP ${status})`, async () => {
      const megabyte = Buffer.alloc(1024 * 1024, 'x');
      let sent = 0;
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
      const calls: (() => Promise<unknown>)[] = [() => driver.list.page({ prefix: '', maxKeys: 1 }, {})];
      // The body of an object may be of any length.
      if (status === 500) calls.push(() => driver.read.get({ key: 'k' }, {}));
      const code = status === 500 ? 'Unavailable' : 'Corrupt';
      for (const call of calls) expect((await errorOf(call())).code).to.equal(code);
      expect(sent).to.be.below(4 * calls.length * MAX_ANSWER_BYTES);
      // Many deletes are on their way at once; so are refusals.
      sent = 0;
      expect((await errorOf(driver.delete.one({ key: 'k' }, {}))).code).to.equal(code);
      if (status === 500) await errorOf(driver.list.page({ prefix: '', maxKeys: 1 }, {}));
      expect(sent).to.be.below(MAX_ANSWER_BYTES);
    });
  }

  it('takes little memory for what is too long or of too many elements', async () => {
    const answers = {
      named: listing(contents('x'.repeat(30_000_000))),
      Corrupt: listing('<a/>'.repeat(5_000_000)),
      nothing: listing(`<a ${'b="c" '.repeat(5_000_000)}/>`),
    };
    for (const [outcome, body] of Object.entries(answers)) {
      const before = process.memoryUsage().heapUsed;
      const driver = driverFor(await wrongService(() => ({ body })));
      const listed = driver.list.page({ prefix: '', maxKeys: 1 }, {});
      if (outcome === 'Corrupt') expect((await errorOf(listed)).code).to.equal('Corrupt');
      else expect((await listed).unnameable).to.have.length(outcome === 'named' ? 1 : 0);
      expect(process.memoryUsage().heapUsed - before).to.be.below(200_000_000);
    }
  });

  it('ends an upload of which nothing moves, without waiting for what its size would allow', async () => {
    const config = await wrongService(() => undefined);
    const driver = driverFor({ ...config, timeoutMs: 300 });
    const body = Buffer.alloc(8 * 1024 * 1024);
    // The size alone allows two minutes; the suite ends a test before that.
    for (const call of [
      () => driver.write.put({ key: 'k', body }, {}),
      () => driver.multipart.part({ key: 'k', uploadId: 'u', partNumber: 1, body }, {}),
    ]) {
      expect(await errorOf(call())).to.include({ code: 'Timeout', retryable: true, provider: 'oss' });
    }
  });

  it('ends an answer, and a body, that stop flowing', async () => {
    const config = await wrongService((request, response) => {
      request.resume();
      response.writeHead(200, { etag: '"e"', 'content-length': '100' });
      response.write('<ListBucketResult>');
      return undefined;
    });
    const driver = driverFor({ ...config, timeoutMs: 200 });
    expect((await errorOf(driver.list.page({ prefix: '', maxKeys: 1 }, {}))).code).to.equal('Timeout');
    const { body } = await driver.read.get({ key: 'k' }, {});
    const reading = (async () => {
      for await (const _ of body);
    })();
    const error = await reading.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreError).and.include({ code: 'Timeout', retryable: true });
  });
});
