// Lifecycle rules of others, with all that no SDK knows: what is not ours is given back as it came, or nothing is written.
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { errorOf, startWrongServer } from '@store/conformance';
import { createObjectStore, type ObjectStore, type StoreDriver } from '@store/core';
import { ctyunDriver } from '@store/ctyun';
import { ossDriver } from '@store/oss';
import { s3Driver } from '@store/s3';
import { cancelExpiration, expiration, expirePrefix } from '@store/lifecycle';
import { expect } from 'chai';
import fc from 'fast-check';
import { afterEach, describe, it } from 'mocha';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** The configuration of a bucket as its service keeps it: bytes, and undefined when there is none. */
interface Bucket {
  rules: Buffer | undefined;
  writes: number;
}

const NONE = '<Error><Code>NoSuchLifecycleConfiguration</Code><Message>none</Message></Error>';

interface Service {
  readonly driver: (port: number) => StoreDriver;
  /** Takes and gives documents; does with their contents nothing at all. */
  readonly answer: (bucket: Bucket, request: IncomingMessage, body: Buffer) => [number, string | Buffer];
}

function xmlAnswer(none: string): Service['answer'] {
  return (bucket, { method }, body) => {
    if (method === 'GET') return bucket.rules ? [200, bucket.rules] : [404, none];
    bucket.writes++;
    bucket.rules = method === 'DELETE' ? undefined : body;
    return [method === 'DELETE' ? 204 : 200, ''];
  };
}

const s3 =
  (profile: 'minio' | 'ctyun-oos') =>
  (port: number): StoreDriver =>
    s3Driver({
      bucket: 'demo',
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      accessKeyId: 'AK',
      secretAccessKey: 'SK',
      profile,
    });

const XML_SERVICES: Readonly<Record<string, Service>> = {
  s3: { driver: s3('minio'), answer: xmlAnswer(NONE) },
  'CTYUN OOS': { driver: s3('ctyun-oos'), answer: xmlAnswer(NONE) },
  oss: {
    driver: (port) =>
      ossDriver({
        bucket: 'demo',
        region: 'oss-cn-beijing',
        pathStyle: true,
        endpoint: `http://localhost:${port}`,
        accessKeyId: 'AK',
        accessKeySecret: 'SK',
      }),
    answer: xmlAnswer('<Error><Code>NoSuchLifecycle</Code><Message>none</Message></Error>'),
  },
};

const ZOS: Service = {
  driver: (port) =>
    ctyunDriver({
      bucket: 'demo',
      regionId: 'r',
      accessKey: 'AK',
      secretKey: 'SK',
      endpoint: `http://127.0.0.1:${port}`,
    }),
  answer: (bucket, { url = '' }, body) => {
    const envelope = (inside: string): string => `{"statusCode":800,"message":"SUCCESS"${inside}}`;
    if (url.includes('get-bucket-lifecycle-conf')) {
      if (bucket.rules)
        return [200, Buffer.from(envelope(`,"returnObj":${bucket.rules.toString('latin1')}`), 'latin1')];
      const message = 'An error occurred (NoSuchLifecycleConfiguration) when calling the operation: none';
      return [200, JSON.stringify({ statusCode: 900, message })];
    }
    bucket.writes++;
    const { lifecycleConfiguration } = JSON.parse(body.toString()) as { lifecycleConfiguration?: object };
    bucket.rules = lifecycleConfiguration && Buffer.from(JSON.stringify(lifecycleConfiguration));
    return [200, envelope('')];
  },
};

async function start({ driver, answer }: Service): Promise<{ bucket: Bucket; store: ObjectStore }> {
  const bucket: Bucket = { rules: undefined, writes: 0 };
  const server = await startWrongServer((request, response) => {
    void buffer(request).then((body) => {
      const [status, text] = answer(bucket, request, body);
      response.writeHead(status).end(text);
    });
    return undefined;
  });
  const store = createObjectStore(driver(server.port), {
    retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
  });
  open.push(server, store);
  return { bucket, store };
}

/** Elements that some service has or may have, and no SDK that is used here. */
const KNOWN_UNKNOWNS = [
  '<DelMarkerExpiration><Days>1</Days></DelMarkerExpiration>',
  '<Transition><Days>30</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime>' +
    '<ReturnToStdWhenVisit>false</ReturnToStdWhenVisit><AllowSmallFile>true</AllowSmallFile></Transition>',
  '<Expiration><CreatedBeforeDate>2020-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>',
  '<Expiration><Days>7</Days><ExpiredObjectAllVersions>true</ExpiredObjectAllVersions></Expiration>',
  '<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>',
  '<Expiration/>',
  '<AtimeBase>1631698332</AtimeBase>',
];

const FILTERS = [
  '<Prefix>other/</Prefix>',
  '<Filter><Prefix>other/</Prefix><Not><Prefix>other/keep/</Prefix><Tag><Key>k</Key><Value/></Tag></Not></Filter>',
  '<Prefix>other/</Prefix><Filter><Not><Prefix>other/keep/</Prefix></Not><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></Filter>',
  '<Filter><And><Prefix>other/</Prefix><ObjectSizeLessThan>500</ObjectSizeLessThan><Later>x</Later></And></Filter>',
];

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,8}(?::[A-Za-z]{1,4})?$/);
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '&amp;',
        '&lt;',
        '&#9;',
        '&#13;',
        '&#x1F600;',
        ' ',
        '\n',
        '\t',
        ']]&gt;',
        '"',
        "'",
        'é',
      ),
      fc.constantFrom(
        '<![CDATA[<Rule>a</Rule>]]>',
        '<!-- <Rule> -->',
        '<?x <Rule>?>',
        '\u{10fffd}',
        '\u2028',
      ),
      fc.stringMatching(/^[A-Za-z0-9/._-]{1,5}$/),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));

/** Any element, with attributes, references, sections, comments, and rules inside that are none of the bucket's. */
const anyElement = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      fc.oneof({ weight: 5, arbitrary: name }, fc.constantFrom('Rule', 'Filter', 'ID', 'Not')),
      fc.constantFrom('', ' a="1"', " b='>'", ' xsi:type="x &amp; y"', '\n'),
      fc.oneof(
        text,
        fc.array(tie('element'), { maxLength: 2 }).map((inside) => inside.join('')),
      ),
      fc.boolean(),
    )
    .map(([tag, attributes, inside, short]) =>
      short && inside === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${inside}</${tag}>`,
    ),
})).element;

const READ = /^<(?:ID|Prefix|Filter|Status|Expiration)[\s/>]/;

/** What nobody knows stands in a rule under a name of its own. */
const unknownElement = anyElement.filter((element) => !READ.test(element) && !/^<Rule[\s/>]/.test(element));

const foreignRule = fc
  .tuple(
    fc.constantFrom(...FILTERS),
    fc.constantFrom('Enabled', 'Disabled', ''),
    fc.oneof(fc.constantFrom(...KNOWN_UNKNOWNS), fc.constantFrom('<Expiration><Days>9</Days></Expiration>')),
    fc.array(unknownElement, { maxLength: 3 }),
    fc.constantFrom('', '\n  ', ' <!-- of others --> '),
  )
  .map(
    ([filter, status, action, unknown, blank]) =>
      (id: string) =>
        `<Rule>${blank}${id}${filter}<Status>${status}</Status>${action}${unknown.join(blank)}</Rule>`,
  );

const foreignDocument = fc
  .record({
    declaration: fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>\n', '<!-- ours -->'),
    attributes: fc.constantFrom(
      '',
      ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"',
      ' xmlns:xsi="x" a=\'">"\'',
    ),
    before: fc.array(unknownElement, { maxLength: 1 }),
    rules: fc.array(fc.tuple(foreignRule, fc.constantFrom('name', 'none', 'odd')), {
      minLength: 1,
      maxLength: 5,
    }),
    behind: fc.array(unknownElement, { maxLength: 1 }),
    gap: fc.constantFrom('', '\n', '  <!-- gap -->\n'),
  })
  .map(({ declaration, attributes, before, rules, behind, gap }) => {
    const ids = {
      name: (i: number) => `<ID>rule ${i}</ID>`,
      none: () => '',
      odd: (i: number) => `<ID>&quot;${i}&#x1F600;<![CDATA[&]]></ID>`,
    };
    const written = rules.map(([rule, id], i) => rule(ids[id](i)));
    const whole = (between: string): string =>
      `<LifecycleConfiguration${attributes}>${[...before, ...written, ...behind].join(between)}</LifecycleConfiguration>`;
    return { sent: declaration + whole(gap), core: whole('') };
  });

/** Of this library, in the document of a service. */
const OURS = /<Rule><ID>store-expire-[0-9a-f]{24}(?:-markers|-tagged)?<\/ID>[^]*?<\/Rule>/g;

function withoutDeclaration(document: string): string {
  return document.replace(/^<\?xml[^]*?\?>\s*/, '');
}

for (const [service, one] of Object.entries(XML_SERVICES)) {
  describe(`${service}: rules of others`, () => {
    it('keep every element through an expiration and its end', async () => {
      const { bucket, store } = await start(one);
      await fc.assert(
        fc.asyncProperty(foreignDocument, async ({ sent, core }) => {
          bucket.rules = Buffer.from(sent);
          const added = await expirePrefix(store, 'tmp/', { days: 2 });
          expect(added.state).to.equal('added');
          const during = withoutDeclaration(bucket.rules.toString());
          expect(during.match(OURS), during).to.have.length(1);
          expect(during.replace(OURS, '')).to.equal(core);
          // Again, with other days: one rule of ours in the place of the other.
          await expirePrefix(store, 'tmp/', { days: 3, noncurrentDays: 1 });
          const changed = withoutDeclaration(bucket.rules.toString());
          expect(changed.match(OURS)).to.have.length(1);
          expect(changed.replace(OURS, '')).to.equal(core);
          expect(await cancelExpiration(store, 'tmp/')).to.equal(true);
          expect(withoutDeclaration(bucket.rules.toString())).to.equal(core);
          expect(await cancelExpiration(store, 'tmp/')).to.equal(false);
        }),
        { numRuns: 60 },
      );
    });

    it('are kept as they are, each of those that are known to be lost by SDKs', async () => {
      const { bucket, store } = await start(one);
      const rules = KNOWN_UNKNOWNS.map(
        (action, i) =>
          `<Rule><ID>r${i}</ID>${FILTERS[i % FILTERS.length]}<Status>Enabled</Status>${action}</Rule>`,
      );
      bucket.rules = Buffer.from(`<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`);
      await expirePrefix(store, 'tmp/');
      for (const rule of rules) expect(bucket.rules.toString()).to.contain(rule);
      await cancelExpiration(store, 'tmp/');
      for (const rule of rules) expect(bucket.rules.toString()).to.contain(rule);
    });

    const rule = (inside: string): string =>
      `<Rule><ID>theirs</ID><Prefix>o/</Prefix><Status>Enabled</Status>${inside}</Rule>`;
    const refused: Readonly<Record<string, readonly [document: Buffer, says: RegExp]>> = {
      'bytes that are no text': [
        Buffer.concat([
          Buffer.from('<LifecycleConfiguration><Rule><ID>theirs</ID><Tag><Key>'),
          Buffer.from([0xff]),
          Buffer.from('</Key></Tag></Rule></LifecycleConfiguration>'),
        ]),
        /a <Rule> \("theirs"\).* not UTF-8/,
      ],
      'bytes of another encoding': [
        Buffer.from(
          `<?xml version="1.0" encoding="GBK"?><LifecycleConfiguration>${rule('')}</LifecycleConfiguration>`,
        ),
        /written in GBK/,
      ],
      'a text beside the rules': [
        Buffer.from(`<LifecycleConfiguration>paused${rule('')}</LifecycleConfiguration>`),
        /text beside the lifecycle rules/,
      ],
      'a rule with two names': [
        Buffer.from(`<LifecycleConfiguration>${rule('<ID>another</ID>')}</LifecycleConfiguration>`),
        /two of <ID>/,
      ],
      'a rule that breaks off': [
        Buffer.from(`<LifecycleConfiguration>${rule('').slice(0, -7)}</LifecycleConfiguration>`),
        /cannot be read/,
      ],
      'another document': [Buffer.from('<html/>'), /no LifecycleConfiguration/],
    };
    for (const [what, [document, says]] of Object.entries(refused)) {
      it(`stay untouched where there is ${what}`, async () => {
        const { bucket, store } = await start(one);
        bucket.rules = document;
        for (const call of [
          () => expirePrefix(store, 'tmp/'),
          () => expiration(store, 'tmp/', { removeWhenEmpty: true }),
          () => cancelExpiration(store, 'tmp/'),
        ]) {
          const error = await errorOf(call());
          expect(error.code).to.equal('Corrupt');
          expect(error.message).to.match(says);
        }
        expect(bucket.writes).to.equal(0);
      });
    }

    it('are missed when the service drops one of two without names, or what stands beside them', async () => {
      const twins = rule('').replace('<ID>theirs</ID>', '');
      for (const [documents, dropped] of [
        [`<LifecycleConfiguration>${twins}${twins}`, twins],
        [`<LifecycleConfiguration><Paused>true</Paused>${twins}`, '<Paused>true</Paused>'],
      ] as const) {
        const { bucket, store } = await start({
          ...one,
          answer: (kept, request, body) => {
            const text = body.toString().replace(dropped, '');
            return one.answer(kept, request, Buffer.from(text));
          },
        });
        bucket.rules = Buffer.from(`${documents}</LifecycleConfiguration>`);
        const error = await errorOf(expirePrefix(store, 'tmp/'));
        expect(error.code).to.equal('Conflict');
      }
    });

    it('leave nothing behind when there are none', async () => {
      const { bucket, store } = await start(one);
      await expirePrefix(store, 'a/', { expiredMarkers: true, uploadsDays: 2 });
      await expirePrefix(store, 'b/');
      await cancelExpiration(store, 'a/');
      expect(bucket.rules?.toString().match(OURS)).to.have.length(1);
      await cancelExpiration(store, 'b/');
      expect(bucket.rules).to.equal(undefined);
    });

    it('may be none while something stands beside them', async () => {
      const { bucket, store } = await start(one);
      const document = '<LifecycleConfiguration><Paused>true</Paused></LifecycleConfiguration>';
      bucket.rules = Buffer.from(document);
      await expirePrefix(store, 'tmp/');
      await cancelExpiration(store, 'tmp/');
      expect(withoutDeclaration(String(bucket.rules))).to.equal(document);
    });
  });
}

describe('CTYUN ZOS: rules of others', () => {
  const unsafe = (_: string, value: unknown): unknown =>
    Number.isInteger(value) && !Number.isSafeInteger(value) ? 7 : value;
  const anyJson = fc
    .jsonValue({ maxDepth: 3 })
    .map((value): unknown => JSON.parse(JSON.stringify(value), unsafe));
  const foreign = fc
    .record(
      {
        ID: fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constant(null)),
        status: fc.constantFrom('Enabled', 'Disabled'),
        prefix: fc.constantFrom('other/', null),
        filter: fc.constantFrom(
          null,
          { prefix: 'other/', not: { prefix: 'other/keep/' } },
          { and: { prefix: 'other/', tags: [], objectSizeGreaterThan: 5 } },
        ),
        expiration: fc.constantFrom(null, { days: 3 }, { createdBeforeDate: '2020-01-01' }, {}),
        delMarkerExpiration: anyJson,
        transitions: anyJson,
      },
      { requiredKeys: ['status'] },
    )
    .chain((rule) =>
      fc
        .dictionary(fc.constantFrom('__proto__', 'constructor', 'laterAddition', 'é', ''), anyJson)
        .map((more) => {
          const whole: Record<string, unknown> = { ...rule };
          for (const [member, value] of Object.entries(more))
            Object.defineProperty(whole, member, { value, enumerable: true, configurable: true });
          return whole;
        }),
    );
  const isOurs = (rule: object): boolean => 'ID' in rule && String(rule.ID).startsWith('store-expire-');

  it('keep every member through an expiration and its end', async () => {
    const { bucket, store } = await start(ZOS);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(foreign, { minLength: 1, maxLength: 4, selector: ({ ID }) => ID ?? null }),
        fc.dictionary(fc.constantFrom('paused', 'later'), anyJson),
        async (rules, beside) => {
          const text = JSON.stringify({ ...beside, rules });
          bucket.rules = Buffer.from(text);
          const now = (): { rules: object[] } => JSON.parse(String(bucket.rules)) as { rules: object[] };
          await expirePrefix(store, 'tmp/', { days: 2 });
          expect(now().rules.filter(isOurs)).to.have.length(1);
          const others = { ...now(), rules: now().rules.filter((rule) => !isOurs(rule)) };
          expect(JSON.stringify(others)).to.equal(text);
          await cancelExpiration(store, 'tmp/');
          expect(String(bucket.rules)).to.equal(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stay untouched where they could not be given back', async () => {
    for (const [member, says] of [
      ['"a":12345678901234567890', /rules\[1\]\.a/],
      ['"a":{"b":[1,1e400]}', /rules\[1\]\.a\.b\.1/],
      ['"a":"\\ud800"', /rules\[1\]\.a/],
      ['"a":"\xff"', /rules\[1\]\.a/],
      ['"\\udc00":1', /rules\[1\]/],
    ] as const) {
      const { bucket, store } = await start(ZOS);
      const rules = `{"rules":[{"ID":"x","status":"Enabled"},{"ID":"y","status":"Enabled",${member}}]}`;
      bucket.rules = Buffer.from(rules, 'latin1');
      const error = await errorOf(expirePrefix(store, 'tmp/'));
      expect(error.code).to.equal('Corrupt');
      expect(error.message).to.match(says);
      expect(bucket.writes).to.equal(0);
    }
  });
});
