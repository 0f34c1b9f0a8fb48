// Keys that stand in an answer otherwise than expected: each is the key that its bytes are, or none.
import { errorOf } from '@store/conformance';
import type { S3Driver, S3Config } from '@store/s3';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

import { ENDED, contents, document, listing, useWrongS3 } from './wrong-service.js';

const { answering, closeServices, storeFor, wrongDriver, wrongService } = useWrongS3();

/** What a driver makes of one page. */
async function listed(body: Uint8Array) {
  return (await wrongDriver(() => ({ body }))).list.page({ prefix: '', maxKeys: 1000 }, {});
}

const URL_ENCODED = `<EncodingType>url</EncodingType>${ENDED}`;

/** Keys from everywhere in Unicode, with all that XML has trouble with. */
const anyKey = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '\t', '\n', '&', '<', '>', '"', "'", ']]>', '&#9;', '%41', '+', '/', '\u00a0'),
      fc.constantFrom('\u0001', '\u001f', '\u007f', '\u0085', '\u2028', '\ufffd', '\ufffe', '\uffff'),
      fc.constantFrom('\u00e9', 'e\u0301', '\uf8ff', '\u{f0000}', '\u{10f009}', '\u{10fffd}', '\ufeff'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  .filter((key) => !key.includes('\r'));

/** A character as services write it: as it is, by its number, in a section. */
const spelling = fc.constantFrom('plain', 'decimal', 'hex', 'zeroes', 'section' as const);

function spelt(character: string, how: string): string {
  const code = character.codePointAt(0) ?? 0;
  switch (how) {
    case 'decimal':
      return `&#${code};`;
    case 'hex':
      return `&#x${code.toString(16)};`;
    case 'zeroes':
      return `&#000${code};`;
    case 'section':
      return character === ']' || character === '>' ? `&#${code};` : `<![CDATA[${character}]]>`;
    default:
      return { '&': '&amp;', '<': '&lt;', '>': '&gt;' }[character] ?? character;
  }
}

describe('s3: keys of a listing', () => {
  it('are what their bytes are, however they are written', async () => {
    const driver = await answering();
    const listed = (body: Uint8Array) => driver({ body }).list.page({ prefix: '', maxKeys: 1000 }, {});
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyKey, fc.array(spelling, { minLength: 1, maxLength: 5 })), { minLength: 1 }),
        async (keys) => {
          const written = keys.map(([key, how]) =>
            Array.from(key, (character, i) => spelt(character, how[i % how.length] ?? '')).join(''),
          );
          const page = await listed(listing(written.map((one) => contents(one)).join('')));
          expect(page.objects.map(({ key }) => key)).to.deep.equal(keys.map(([key]) => key));
          expect(page.unnameable).to.deep.equal([]);
          const encoded = keys.map(([key]) =>
            Array.from(Buffer.from(key), (byte) =>
              /[A-Za-z0-9_.-]/.test(String.fromCharCode(byte))
                ? String.fromCharCode(byte)
                : byte === 0x20
                  ? '+'
                  : `%${byte.toString(16).padStart(2, '0')}`,
            ).join(''),
          );
          const urls = await listed(listing(encoded.map((one) => contents(one)).join(''), URL_ENCODED));
          expect(urls.objects.map(({ key }) => key)).to.deep.equal(keys.map(([key]) => key));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are none when their bytes are no UTF-8, in listings of every kind: none is taken for another', async () => {
    const bytes = fc
      .array(
        fc.oneof(
          fc.constantFrom(...['d/', 'é', '\u{1f600}'].map((text) => Buffer.from(text).toString('latin1'))),
          fc.integer({ min: 0x80, max: 0xff }).map((code) => String.fromCharCode(code)),
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((parts) => Buffer.from(parts.join(''), 'latin1'))
      .filter((raw) => !Buffer.from(raw.toString()).equals(raw));
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (raw, encoded) => {
        const written = encoded
          ? Buffer.from(raw.toString('hex').replaceAll(/../g, (pair) => `%${pair}`))
          : raw;
        const entry = (name: string, rest: string): Buffer =>
          Buffer.concat([
            Buffer.from(`<${name}><Key>`),
            written,
            Buffer.from(`</Key>${rest}</${name}><${name}><Key>z</Key>${rest}</${name}>`),
          ]);
        const word = encoded ? URL_ENCODED : ENDED;
        const whole = (root: string, inside: readonly Buffer[]): Buffer =>
          document(root, Buffer.concat([Buffer.from(word), ...inside]));
        const version = '<VersionId>v</VersionId><IsLatest>true</IsLatest>';
        const pages: Readonly<Record<string, Buffer>> = {
          versions: whole('ListVersionsResult', [entry('Version', version), entry('DeleteMarker', version)]),
          uploads: whole('ListMultipartUploadsResult', [entry('Upload', '<UploadId>u</UploadId>')]),
          objects: whole('ListBucketResult', [
            entry('Contents', '<Size>1</Size>'),
            Buffer.from('<CommonPrefixes><Prefix>'),
            written,
            Buffer.from('</Prefix></CommonPrefixes>'),
          ]),
        };
        const body = (url = ''): Buffer => {
          const [kind = 'objects'] = Object.keys(pages).filter((name) => new RegExp(`[?&]${name}`).test(url));
          return pages[kind] ?? Buffer.alloc(0);
        };
        for (const listVersion of [1, 2] as const) {
          const driver = await wrongDriver(({ url }) => ({ body: body(url) }), { quirks: { listVersion } });
          const page = await driver.list.page({ prefix: '', maxKeys: 10 }, {});
          expect(page.objects.map(({ key }) => key)).to.deep.equal(['z']);
          expect(page.prefixes).to.deep.equal([]);
          expect(page.unnameable).to.have.length(2);
          for (const one of page.unnameable ?? []) {
            expect(one.name).to.match(/^[\x20-\x7e]+$/);
            expect(one.reason).to.include({ code: 'Corrupt', retryable: false });
          }
          const versions = await driver.versions?.page({ prefix: '', maxKeys: 10 }, {});
          expect(versions?.versions.map(({ key }) => key)).to.deep.equal(['z', 'z']);
          expect(versions?.unnameable).to.have.length(2);
          const uploads = await driver.uploads.page({ prefix: '', maxUploads: 10 }, {});
          expect(uploads.uploads.map(({ key }) => key)).to.deep.equal(['z']);
          expect(uploads.unnameable).to.have.length(1);
        }
        await closeServices();
      }),
      { numRuns: 40 },
    );
  });

  const unnameable: readonly (readonly [written: string, name: string])[] = [
    ['d/&#xD800;', 'd/&#xD800;'],
    ['d/&#x110000;', 'd/&#x110000;'],
    ['d/&nbsp;', 'd/&nbsp;'],
    // A line feed by XML, a carriage return by what whoever writes so must mean.
    ['d/a\rb', 'd/a\\x0Db'],
    ['d/<b>x</b>', 'd/<b>x</b>'],
    ['x'.repeat(70_000), ''],
    ['', ''],
  ];
  for (const [written, name] of unnameable) {
    it(`are none where they are written as ${JSON.stringify(written.slice(0, 20))}`, async () => {
      const page = await listed(listing(contents(written) + contents('z')));
      expect(page.objects.map(({ key }) => key)).to.deep.equal(['z']);
      expect(page.unnameable).to.have.length(1);
      expect(page.unnameable?.[0]?.name).to.contain(name);
    });
  }

  it('are none without an element, and nobody chooses between two', async () => {
    const page = await listed(listing('<Contents><Size>1</Size></Contents>'));
    expect(page.objects).to.deep.equal([]);
    expect(page.unnameable).to.have.length(1);
    const error = await errorOf(listed(listing('<Contents><Key>a</Key><Key>b</Key></Contents>')));
    expect(error).to.include({ code: 'Corrupt', retryable: true });
  });

  it('are not in an encoding that was not asked for, nor in bytes of another one', async () => {
    const base64 = `<EncodingType>base64</EncodingType>${ENDED}`;
    expect((await errorOf(listed(listing(contents('YQ=='), base64)))).code).to.equal('Corrupt');
    for (const encoding of ['GBK', 'iso-8859-1', 'UTF-16']) {
      const body = Buffer.from(
        `<?xml version='1.0' encoding='${encoding}'?><ListBucketResult>${ENDED}${contents('\u00c3\u00a9')}</ListBucketResult>`,
        'latin1',
      );
      expect((await errorOf(listed(body))).code, encoding).to.equal('Corrupt');
    }
    const body = Buffer.from(
      `<?xml version="1.0" encoding='utf-8' ?><ListBucketResult>${ENDED}${contents('é')}</ListBucketResult>`,
    );
    expect((await listed(body)).objects[0]?.key).to.equal('é');
  });

  it('is not gone on behind, when no request can name it', async () => {
    const more = '<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>';
    const pages: readonly (readonly [
      Buffer,
      Partial<S3Config>,
      (driver: S3Driver) => Promise<unknown> | undefined,
    ])[] = [
      [
        listing('', `${more}<NextMarker>%FF</NextMarker>`),
        { quirks: { listVersion: 1 } },
        (driver) => driver.list.page({ prefix: '', maxKeys: 1 }, {}),
      ],
      [
        listing(contents('a') + contents('%FF'), more),
        { quirks: { listVersion: 1 } },
        (driver) => driver.list.page({ prefix: '', maxKeys: 1 }, {}),
      ],
      [
        document('ListVersionsResult', `${more}<NextKeyMarker>%FF</NextKeyMarker>`),
        {},
        (driver) => driver.versions?.page({ prefix: '', maxKeys: 1 }, {}),
      ],
      [
        document('ListMultipartUploadsResult', `${more}<NextKeyMarker>%FF</NextKeyMarker>`),
        {},
        (driver) => driver.uploads.page({ prefix: '', maxUploads: 1 }, {}),
      ],
    ];
    for (const [body, config, list] of pages) {
      const driver = await wrongDriver(() => ({ body }), config);
      const error = await errorOf(Promise.resolve(list(driver)));
      expect(error).to.include({ code: 'Corrupt' });
      expect(error.message).to.contain('\\xFF').and.contain('no request can name');
    }
  });

  it('fails by its bytes in a report, and its lookalike stays', async () => {
    const lookalike = 'd/\ufffd';
    const there = new Set([lookalike]);
    const config = await wrongService(({ method, url = '' }) => {
      if (method === 'GET') {
        const entries = Buffer.concat([
          Buffer.from('<Contents><Key>d/'),
          Buffer.from([0xff]),
          Buffer.from('</Key><Size>1</Size></Contents>'),
        ]);
        return { body: listing(entries) };
      }
      there.delete(decodeURIComponent(url));
      return { body: document('DeleteResult', '') };
    });
    const store = await storeFor(config);
    for (const strategy of ['batch', 'single'] as const) {
      const report = await store.deletePrefix('d/', { strategy });
      expect(report).to.include({ listed: 1, deleted: 0, failed: 1, complete: false });
      expect(JSON.stringify(report.failures)).to.contain('d/\\\\xFF');
    }
    expect([...there]).to.deep.equal([lookalike]);
  });
});

describe('s3: keys of an answer to a delete', () => {
  it('are those of the request, whatever white space and references are in them', async () => {
    const driver = await answering();
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(anyKey, fc.array(spelling, { minLength: 1, maxLength: 5 })), {
          minLength: 1,
          selector: ([key]) => key,
        }),
        async (keys) => {
          const written = keys.map(([key, how]) =>
            Array.from(key, (character, i) => spelt(character, how[i % how.length] ?? '')).join(''),
          );
          const entries = written.map((one, i) =>
            i % 3 === 0
              ? `<Error><Key>${one}</Key><Code>AccessDenied</Code></Error>`
              : `<Deleted><Key>${one}</Key></Deleted>`,
          );
          const body = document('DeleteResult', entries.join('\n'));
          const result = await driver({ body }).batch?.delete(
            keys.map(([key]) => ({ key })),
            {},
          );
          const wanted = (third: boolean) =>
            keys.map(([key]) => key).filter((_, i) => (i % 3 === 0) === third);
          expect(result?.deleted.map(({ key }) => key)).to.deep.equal(wanted(false));
          expect(result?.failed.map(({ key }) => key)).to.deep.equal(wanted(true));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('may have a carriage return, as it was sent', async () => {
    const body = document(
      'DeleteResult',
      '<Deleted><Key>a\rb</Key></Deleted><Deleted><Key>\r</Key></Deleted>',
    );
    const driver = await wrongDriver(() => ({ body }));
    const result = await driver.batch?.delete([{ key: 'a\rb' }, { key: '\r' }], {});
    expect(result?.deleted.map(({ key }) => key)).to.deep.equal(['a\rb', '\r']);
  });

  it('have the version null where there was to be none, and only there', async () => {
    const body = document(
      'DeleteResult',
      '<Deleted><Key>a</Key><VersionId>null</VersionId></Deleted>' +
        '<Deleted><Key>b</Key><VersionId>null</VersionId></Deleted>' +
        '<Error><Key>c</Key><VersionId>null</VersionId><Code>AccessDenied</Code></Error>' +
        '<Deleted><Key>d</Key><VersionId>null</VersionId></Deleted>' +
        '<Deleted><Key>e</Key><VersionId/></Deleted>',
    );
    const driver = await wrongDriver(() => ({ body }));
    const asked = [
      { key: 'a' },
      { key: 'b', versionId: 'null' },
      { key: 'c' },
      { key: 'd', versionId: 'x' },
      { key: 'e' },
    ];
    const result = await driver.batch?.delete(asked, {});
    expect(result?.deleted.map(({ key, versionId }) => [key, versionId])).to.deep.equal([
      ['a', undefined],
      ['b', 'null'],
      ['d', 'null'],
      ['e', undefined],
    ]);
    expect(result?.failed.map(({ key, versionId }) => [key, versionId])).to.deep.equal([['c', undefined]]);
  });

  it('deletes keys of white space once, and says so', async () => {
    const keys = ['d/\n', 'd/ \t ', 'd/&#10;', 'd/\u0001'];
    const spelled = (key: string): string =>
      key.replaceAll('&', '&amp;').replaceAll(/\p{Cc}/gu, (c) => `&#${c.charCodeAt(0)};`);
    const gone: string[] = [];
    const config = await wrongService(({ method }) => {
      if (method === 'GET')
        return {
          body: listing(
            keys
              .toSorted()
              .map((key) => contents(spelled(key)))
              .join(''),
          ),
        };
      if (method === 'DELETE') {
        gone.push('d/\u0001');
        return { status: 204 };
      }
      const named = keys.slice(0, 3);
      gone.push(...named);
      return {
        body: document(
          'DeleteResult',
          named.map((key) => `<Deleted><Key>${spelled(key)}</Key></Deleted>`).join(''),
        ),
      };
    });
    const report = await (await storeFor(config)).deletePrefix('d/');
    expect(report).to.include({ deleted: 4, failed: 0, complete: true });
    expect(gone.toSorted()).to.deep.equal(keys.toSorted());
  });
});

describe('s3: facts of a listing', () => {
  it('has no size and no time where none is given, or one that is none', async () => {
    const facts = [
      '',
      '<Size>-1</Size><LastModified>yesterday</LastModified>',
      '<Size>-Infinity</Size><LastModified>NaN</LastModified>',
      '<Size>NaN</Size>',
      '<Size>1e3</Size>',
      '<Size>1.5</Size>',
      '<Size>0x10</Size>',
      '<Size>9007199254740993</Size>',
      '<Size> </Size><LastModified> </LastModified>',
      '<Size><a/></Size>',
    ];
    const page = await listed(listing(facts.map((given, i) => contents(`k${i}`, given)).join('')));
    expect(page.objects).to.have.length(facts.length);
    for (const { size, lastModified } of page.objects)
      expect([size, lastModified]).to.deep.equal([undefined, undefined]);
  });

  it('keeps the books when sizes are none, and deletes nothing by one', async () => {
    const config = await wrongService(({ method }) =>
      method === 'GET'
        ? {
            body: listing(
              ['-Infinity', 'NaN', '12']
                .map((size, i) => contents(`d/${i}`, `<Size>${size}</Size>`))
                .join(''),
            ),
          }
        : {
            body: document(
              'DeleteResult',
              ['d/0', 'd/1', 'd/2'].map((key) => `<Deleted><Key>${key}</Key></Deleted>`).join(''),
            ),
          },
    );
    const store = await storeFor(config);
    const report = await store.deletePrefix('d/');
    expect(report).to.include({ deleted: 3, failed: 0, complete: true, bytes: 12 });
    for (const filter of [{ maxSize: 5 }, { minSize: 0 }, { olderThan: 1 }]) {
      const filtered = await store.deletePrefix('d/', { ...filter, dryRun: true });
      expect(filtered.complete, JSON.stringify(filter)).to.equal(false);
    }
  });

  const version = (rest: string): Buffer =>
    document('ListVersionsResult', `${ENDED}<Version><Key>k</Key>${rest}</Version>`);
  const upload = document('ListMultipartUploadsResult', `${ENDED}<Upload><Key>k</Key></Upload>`);

  it('does not guess at ids, nor at which version is the latest: such an entry fails', async () => {
    for (const rest of [
      '<IsLatest>true</IsLatest>',
      '<VersionId/><IsLatest>true</IsLatest>',
      '<VersionId>v</VersionId>',
      '<VersionId>v</VersionId><IsLatest>True</IsLatest>',
      '<VersionId>v</VersionId><IsLatest/>',
    ]) {
      const driver = await wrongDriver(() => ({ body: version(rest) }));
      const page = await driver.versions?.page({ prefix: '', maxKeys: 10 }, {});
      expect(page?.versions, rest).to.deep.equal([]);
      expect(page?.unnameable?.map(({ name }) => name)).to.deep.equal(['k']);
    }
    const driver = await wrongDriver(() => ({ body: upload }));
    const page = await driver.uploads.page({ prefix: '', maxUploads: 10 }, {});
    expect([page.uploads.length, page.unnameable?.length]).to.deep.equal([0, 1]);
  });
});
