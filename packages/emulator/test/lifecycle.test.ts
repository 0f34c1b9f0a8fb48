import { createHash } from 'node:crypto';
import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

const DAY_MS = 86_400_000;
const MINIMUM = 'x-amz-transition-default-minimum-object-size';

const rule = (id: string, filter: string, rest: string): string =>
  `<Rule><ID>${id}</ID><Filter>${filter}</Filter><Status>Enabled</Status>${rest}</Rule>`;
const EXPIRE = '<Expiration><Days>1</Days></Expiration>';

describe('emulator: lifecycle rules', () => {
  let emulator: Emulator;
  let client: S3Client;
  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    client = new S3Client({
      endpoint: emulator.endpoints.s3 ?? '',
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
  });
  afterEach(async () => {
    client.destroy();
    await emulator.close();
  });

  /** Writes a document as it is: the SDK would leave out what it does not know. */
  async function put(document: string, headers: Record<string, string> = {}): Promise<number> {
    const command = new PutBucketLifecycleConfigurationCommand({
      Bucket: 'demo',
      LifecycleConfiguration: { Rules: [] },
    });
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string>; body?: unknown };
        request.headers = Object.fromEntries(
          Object.entries(request.headers).filter(([name]) => !/checksum|content-/.test(name)),
        );
        Object.assign(request.headers, headers);
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const unhoistableHeaders = new Set(Object.keys(headers));
    const url = await getSignedUrl(client, command, { unhoistableHeaders });
    const body = `<LifecycleConfiguration>${document}</LifecycleConfiguration>`;
    const md5 = createHash('md5').update(body).digest('base64');
    return (await fetch(url, { method: 'PUT', body, headers: { ...headers, 'content-md5': md5 } })).status;
  }

  async function get(): Promise<{ document: string; minimum: string | null }> {
    const command = new GetBucketLifecycleConfigurationCommand({ Bucket: 'demo' });
    const answer = await fetch(await getSignedUrl(client, command));
    const document = /<LifecycleConfiguration[^>]*>(.*)<\/LifecycleConfiguration>/s.exec(await answer.text());
    return { document: document?.[1] ?? '', minimum: answer.headers.get(MINIMUM) };
  }

  it('keep what S3 does not know, where it stood', async () => {
    const document = [
      '<Before>1</Before>',
      rule(
        'markers',
        '<Prefix>m/</Prefix>',
        `${EXPIRE}<DelMarkerExpiration><Days>1</Days></DelMarkerExpiration>`,
      ),
      rule('all but', '<Prefix>d/</Prefix><Not><Prefix>d/keep/</Prefix></Not>', EXPIRE),
      rule(
        'by access',
        '<Prefix>a/</Prefix>',
        '<Transition><Days>9</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime></Transition>',
      ),
      rule(
        'of old',
        '<Prefix>o/</Prefix>',
        '<Expiration><CreatedBeforeDate>2020-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>',
      ),
      rule(
        'later',
        '<And><Prefix>l/</Prefix><Later><A>1</A><A>2</A></Later></And>',
        `${EXPIRE}<Later>x</Later>`,
      ),
      '<Behind><B>2</B></Behind>',
    ].join('');
    expect(await put(document, { [MINIMUM]: 'varies_by_storage_class' })).to.equal(200);
    expect(await get()).to.deep.equal({ document, minimum: 'varies_by_storage_class' });
  });

  it('lose what a write leaves out', async () => {
    await put(`<Before/>${rule('r', '<Prefix>r/</Prefix>', EXPIRE)}`, {
      [MINIMUM]: 'varies_by_storage_class',
    });
    const document = rule('r', '<Prefix>r/</Prefix>', EXPIRE);
    expect(await put(document)).to.equal(200);
    expect(await get()).to.deep.equal({ document, minimum: null });
  });

  it('delete no more than their filter says, and nothing where it says what is not known', async () => {
    const bucket = emulator.bucket('demo');
    const keys = ['a/1', 'b/1', 'b/keep/1', 'b/tagged', 'c/large', 'c/small', 'd/1', 'e/1', 'f/1', 'g/1'];
    for (const key of keys) {
      await bucket.memory.put({ key, body: Buffer.alloc(key === 'c/large' ? 2000 : 10) }, {});
    }
    await bucket.memory.setTags({ key: 'b/tagged', tags: { keep: 'yes' } }, {});
    const tag = '<Tag><Key>keep</Key><Value>yes</Value></Tag>';
    const status = await put(
      [
        rule('all', '<Prefix>a/</Prefix>', EXPIRE),
        rule(
          'but',
          `<And><Prefix>b/</Prefix><Not><Prefix>b/keep/</Prefix></Not><Not><Prefix/>${tag}</Not></And>`,
          EXPIRE,
        ),
        rule(
          'sizes',
          '<And><Prefix>c/</Prefix><ObjectSizeGreaterThan>1000</ObjectSizeGreaterThan></And>',
          EXPIRE,
        ),
        rule('unknown', '<And><Prefix>d/</Prefix><Newer>x</Newer></And>', EXPIRE),
        rule('unknown not', '<And><Prefix>e/</Prefix><Not><Newer>x</Newer></Not></And>', EXPIRE),
        rule(
          'created long ago',
          '<Prefix>f/</Prefix>',
          '<Expiration><CreatedBeforeDate>2020-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>',
        ),
        rule(
          'created before',
          '<Prefix>g/</Prefix>',
          '<Expiration><CreatedBeforeDate>2999-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>',
        ),
      ].join(''),
    );
    expect(status).to.equal(200);
    expect(await bucket.lifecycle.run(new Date(Date.now() + 2 * DAY_MS))).to.include({ objects: 4 });
    expect(await bucket.keys()).to.deep.equal(['b/keep/1', 'b/tagged', 'c/small', 'd/1', 'e/1', 'f/1']);
  });
});
