import { createHash } from 'node:crypto';
import { startGateway, type Gateway, type GatewayKey, type StoreSource } from '@store/gateway';
import type { StoreDriver } from '@store/core';
import { memoryDriver } from '@store/memory';
import { SERVED_OPERATIONS } from '@store/s3-server';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { keptRules } from './kept-rules.js';
import { askGateway, type RawAnswer, RawClient, signed } from './raw-client.js';

type Need = readonly [action: 'read' | 'write', bucket: string, keyOrPrefix: string];

/** The kinds of keys, and what each may do, said again in other words than those of the gateway. */
const KINDS: Readonly<
  Record<string, Omit<GatewayKey, 'accessKeyId' | 'secretAccessKey'> & { may: (need: Need) => boolean }>
> = {
  everything: { may: () => true },
  reader: { readOnly: true, may: ([action]) => action === 'read' },
  bucket: { within: ['demo'], may: ([, bucket]) => bucket === 'demo' },
  team: { within: ['demo/team/'], may: ([, bucket, key]) => bucket === 'demo' && key.startsWith('team/') },
  teamReader: {
    readOnly: true,
    within: ['demo/team/'],
    may: ([action, bucket, key]) => action === 'read' && bucket === 'demo' && key.startsWith('team/'),
  },
  two: {
    within: ['demo/team/', 'other'],
    may: ([, bucket, key]) => bucket === 'other' || (bucket === 'demo' && key.startsWith('team/')),
  },
  stranger: { within: ['other'], may: ([, bucket]) => bucket === 'other' },
};

interface Walked {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly needs: readonly Need[];
  /** Whoever sees anything in the bucket may. */
  readonly visible?: true;
  /** Refused key by key, in an answer that is a success. */
  readonly inBody?: true;
}

/** Each operation on a key, or a prefix, of the team and of nobody. */
function walk(key: string, uploadId: string): Walked[] {
  const path = `/demo/${key}`;
  const prefix = key;
  const read: Need[] = [['read', 'demo', key]];
  const write: Need[] = [['write', 'demo', key]];
  const inDemo: Need[] = [['read', 'demo', '']];
  const changeDemo: Need[] = [['write', 'demo', '']];
  const from = (source: string): Need => ['read', 'demo', source];
  const batch = `<Delete><Object><Key>${key}</Key></Object></Delete>`;
  const rules =
    '<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>';
  const tags = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>';
  return [
    { operation: 'HeadBucket', method: 'HEAD', path: '/demo', needs: [], visible: true },
    {
      operation: 'GetBucketAcl',
      method: 'GET',
      path: '/demo',
      query: { acl: '' },
      needs: [],
      visible: true,
    },
    { operation: 'GetObjectAcl', method: 'GET', path, query: { acl: '' }, needs: read },
    {
      operation: 'GetBucketLocation',
      method: 'GET',
      path: '/demo',
      query: { location: '' },
      needs: [],
      visible: true,
    },
    {
      operation: 'GetBucketVersioning',
      method: 'GET',
      path: '/demo',
      query: { versioning: '' },
      needs: [],
      visible: true,
    },
    {
      operation: 'PutBucketVersioning',
      method: 'PUT',
      path: '/demo',
      query: { versioning: '' },
      body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
      needs: changeDemo,
    },
    {
      operation: 'GetBucketLifecycle',
      method: 'GET',
      path: '/demo',
      query: { lifecycle: '' },
      needs: inDemo,
    },
    {
      operation: 'PutBucketLifecycle',
      method: 'PUT',
      path: '/demo',
      query: { lifecycle: '' },
      body: rules,
      needs: changeDemo,
    },
    {
      operation: 'DeleteBucketLifecycle',
      method: 'DELETE',
      path: '/demo',
      query: { lifecycle: '' },
      needs: changeDemo,
    },
    { operation: 'ListObjects', method: 'GET', path: '/demo', query: { prefix }, needs: read },
    {
      operation: 'ListObjectsV2',
      method: 'GET',
      path: '/demo',
      query: { 'list-type': '2', prefix },
      needs: read,
    },
    {
      operation: 'ListObjectsV2',
      method: 'GET',
      path: '/demo',
      query: { 'list-type': '2', delimiter: '/' },
      needs: inDemo,
    },
    {
      operation: 'ListObjectVersions',
      method: 'GET',
      path: '/demo',
      query: { versions: '', prefix },
      needs: read,
    },
    {
      operation: 'ListMultipartUploads',
      method: 'GET',
      path: '/demo',
      query: { uploads: '', prefix },
      needs: read,
    },
    {
      operation: 'DeleteObjects',
      method: 'POST',
      path: '/demo',
      query: { delete: '' },
      body: batch,
      needs: write,
      inBody: true,
    },
    {
      operation: 'DeletePrefix',
      method: 'POST',
      path: '/demo',
      query: { delete: '', prefix },
      needs: [...read, ...write],
    },
    { operation: 'GetObject', method: 'GET', path, needs: read },
    {
      operation: 'GetObjectAttributes',
      method: 'GET',
      path,
      query: { attributes: '' },
      headers: { 'x-amz-object-attributes': 'ETag' },
      needs: read,
    },
    { operation: 'HeadObject', method: 'HEAD', path, needs: read },
    { operation: 'PutObject', method: 'PUT', path, body: 'new', needs: write },
    {
      operation: 'CopyObject',
      method: 'PUT',
      path: '/demo/team/copy',
      headers: { 'x-amz-copy-source': path },
      needs: [from(key), ['write', 'demo', 'team/copy']],
    },
    {
      operation: 'CopyObject',
      method: 'PUT',
      path,
      headers: { 'x-amz-copy-source': '/demo/team/b' },
      needs: [from('team/b'), ...write],
    },
    {
      operation: 'CopyObject',
      method: 'PUT',
      path,
      headers: { 'x-amz-copy-source': '/other/x' },
      needs: [['read', 'other', 'x'], ...write],
    },
    {
      operation: 'CopyObject',
      method: 'PUT',
      path: '/other/copy',
      headers: { 'x-amz-copy-source': path, 'x-amz-metadata-directive': 'REPLACE' },
      needs: [from(key), ['write', 'other', 'copy']],
    },
    { operation: 'DeleteObject', method: 'DELETE', path, needs: write },
    { operation: 'DeleteObject', method: 'DELETE', path, query: { versionId: 'null' }, needs: write },
    { operation: 'CreateMultipartUpload', method: 'POST', path, query: { uploads: '' }, needs: write },
    {
      operation: 'UploadPart',
      method: 'PUT',
      path,
      query: { uploadId, partNumber: '2' },
      body: 'part',
      needs: write,
    },
    {
      operation: 'UploadPartCopy',
      method: 'PUT',
      path,
      query: { uploadId, partNumber: '3' },
      headers: { 'x-amz-copy-source': '/demo/secret' },
      needs: [from('secret'), ...write],
    },
    {
      operation: 'UploadPartCopy',
      method: 'PUT',
      path,
      query: { uploadId, partNumber: '3' },
      headers: { 'x-amz-copy-source': '/other/x' },
      needs: [['read', 'other', 'x'], ...write],
    },
    { operation: 'ListParts', method: 'GET', path, query: { uploadId }, needs: read },
    {
      operation: 'CompleteMultipartUpload',
      method: 'POST',
      path,
      query: { uploadId },
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"${createHash('md5').update('part').digest('hex')}"</ETag></Part></CompleteMultipartUpload>`,
      needs: write,
    },
    // Whoever aborts looks for the upload first.
    {
      operation: 'AbortMultipartUpload',
      method: 'DELETE',
      path,
      query: { uploadId },
      needs: [...read, ...write],
    },
    { operation: 'GetObjectTagging', method: 'GET', path, query: { tagging: '' }, needs: read },
    { operation: 'PutObjectTagging', method: 'PUT', path, query: { tagging: '' }, body: tags, needs: write },
    { operation: 'DeleteObjectTagging', method: 'DELETE', path, query: { tagging: '' }, needs: write },
    {
      operation: 'RestoreObject',
      method: 'POST',
      path,
      query: { restore: '' },
      body: '<RestoreRequest><Days>1</Days></RestoreRequest>',
      needs: [...read, ...write],
    },
    { operation: 'CreateBucket', method: 'PUT', path: '/demo', needs: changeDemo },
    { operation: 'CreateBucket', method: 'PUT', path: '/fresh', needs: [['write', 'fresh', '']] },
    { operation: 'DeleteBucket', method: 'DELETE', path: '/demo', needs: changeDemo },
    { operation: 'DeleteBucket', method: 'DELETE', path: '/nowhere', needs: [['write', 'nowhere', '']] },
    { operation: 'HeadBucket', method: 'HEAD', path: '/nowhere', needs: [['read', 'nowhere', '']] },
  ];
}

describe('gateway, keys with rights', () => {
  let gateway: Gateway;
  let demo: StoreDriver;
  let other: StoreDriver;
  const made: string[] = [];
  const source: StoreSource = {
    list: async () => ['demo', 'other', 'third'].map((name) => ({ name, created: new Date(0) })),
    find: (name) => ({ demo, other, third: demo })[name],
    create: async (name) => void made.push(name),
    remove: async (name) => void made.push(`-${name}`),
  };

  before(async () => {
    gateway = await startGateway({
      minPartBytes: 0,
      source,
      credentials: Object.entries(KINDS).map(([accessKeyId, { readOnly, within }]) => ({
        accessKeyId,
        secretAccessKey: 'secret',
        readOnly,
        within,
      })),
    });
  });
  after(() => gateway.close());
  beforeEach(async () => {
    [demo, other] = [{ ...memoryDriver({ versioning: 'enabled' }), lifecycle: keptRules() }, memoryDriver()];
    for (const key of ['team/a', 'team/b', 'secret', 'public'])
      await demo.write.put({ key, body: Buffer.from(key) }, {});
    await other.write.put({ key: 'x', body: Buffer.from('x') }, {});
    made.length = 0;
  });

  const send = async (
    kind: string,
    { method, path, query, headers, body = '' }: Walked,
  ): Promise<RawAnswer> => {
    const digest = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const sent = { ...(body === '' ? {} : digest), ...headers };
    return askGateway(gateway, { method, path, query, headers: sent, accessKeyId: kind }, body);
  };
  const begin = async (key: string): Promise<string> => {
    const { multipart } = demo;
    const uploadId = (await multipart?.create({ key }, {})) ?? '';
    await multipart?.part({ key, uploadId, partNumber: 1, body: Buffer.from('part') }, {});
    return uploadId;
  };
  /** All that is there, with what it says. */
  const contents = async (): Promise<string> => {
    const all: unknown[] = [...made, await demo.lifecycle?.get({})];
    for (const driver of [demo, other]) {
      const { versions = [] } = (await driver.versions?.page({ prefix: '', maxKeys: 1000 }, {})) ?? {};
      const { objects } = await driver.list.page({ prefix: '', maxKeys: 1000 }, {});
      const uploads = await driver.uploads?.page({ prefix: '', maxUploads: 1000 }, {});
      for (const { key } of objects) all.push([key, await driver.tags?.get({ key }, {})]);
      for (const { key, uploadId } of uploads?.uploads ?? [])
        all.push(await driver.multipart?.parts({ key, uploadId, maxParts: 1000 }, {}));
      all.push(
        versions.map((one) => [one.key, one.versionId, one.isLatest, one.etag]),
        objects.map(({ etag }) => etag),
      );
    }
    return JSON.stringify(all);
  };

  for (const [kind, { may }] of Object.entries(KINDS)) {
    it(`${kind}: every operation does what it may, and changes nothing else`, async () => {
      for (const key of ['team/a', 'secret']) {
        for (let i = 0; i < walk(key, '').length; i++) {
          const uploadId = await begin(key);
          const walked = walk(key, uploadId)[i];
          if (!walked) continue;
          const [, bucket = ''] = walked.path.split('/');
          const sees = (['read', 'write'] as const).some((action) =>
            ['', 'team/'].some((place) => may([action, bucket, place])),
          );
          const allowed = walked.visible ? sees : walked.needs.every(may);
          const before = await contents();
          const { status, body, code } = await send(kind, walked);
          const refused =
            (status === 403 && (walked.method === 'HEAD' || code === 'AccessDenied')) ||
            (walked.inBody === true && body.includes('<Code>AccessDenied</Code>'));
          const what = `${walked.operation} ${walked.path} ${JSON.stringify(walked.query ?? {})}: ${status} ${body}`;
          expect(refused, what).to.equal(!allowed);
          if (refused) expect(await contents(), what).to.equal(before);
          expect(body, what).not.to.contain('InternalError');
        }
      }
    });
  }

  it('has every operation that there is', () => {
    const walked = new Set(walk('k', 'u').map(({ operation }) => operation));
    expect([...walked, 'ListBuckets'].sort()).to.deep.equal([...SERVED_OPERATIONS].sort());
  });

  it('lists the buckets that a key sees', async () => {
    const seen = async (kind: string) => {
      const { body } = await send(kind, { operation: 'ListBuckets', method: 'GET', path: '/', needs: [] });
      return [...body.matchAll(/<Name>([^<]*)<\/Name>/g)].map(([, name]) => name);
    };
    expect(await seen('everything')).to.deep.equal(['demo', 'other', 'third']);
    expect(await seen('reader')).to.deep.equal(['demo', 'other', 'third']);
    expect(await seen('teamReader')).to.deep.equal(['demo']);
    expect(await seen('two')).to.deep.equal(['demo', 'other']);
  });

  it('refuses keys of a batch one by one, and deletes the others', async () => {
    const objects = ['team/a', 'secret', 'team/b'].map((key) => `<Object><Key>${key}</Key></Object>`);
    const { status, body } = await send('team', {
      operation: 'DeleteObjects',
      method: 'POST',
      path: '/demo',
      query: { delete: '' },
      body: `<Delete>${objects.join('')}</Delete>`,
      needs: [],
    });
    expect(status).to.equal(200);
    expect(body.match(/<Deleted>/g)).to.have.length(2);
    expect(body).to.match(/<Error><Key>secret<\/Key><Code>AccessDenied<\/Code>/);
    const { objects: left } = await demo.list.page({ prefix: '', maxKeys: 9 }, {});
    expect(left.map(({ key }) => key)).to.deep.equal(['public', 'secret']);
  });

  it('refuses a body before it comes', async () => {
    const client = new RawClient(gateway.url);
    const { head } = signed({
      method: 'PUT',
      path: '/demo/secret',
      headers: { 'content-length': '100000000', expect: '100-continue' },
      accessKeyId: 'team',
    });
    client.send(head);
    const { status, code } = await client.answer();
    client.destroy();
    expect([status, code]).to.deep.equal([403, 'AccessDenied']);
  });
}).timeout(30_000);
