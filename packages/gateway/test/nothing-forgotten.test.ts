import { createHash } from 'node:crypto';
import type { PassThrough, StoreDriver } from '@store/core';
import { startGateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { HARMLESS, HARMLESS_TO, UNDERSTOOD } from '@store/s3-server';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { exchange, KEYS, type RawAnswer, signed } from './raw-client.js';
import { modelledOperations, type ModelledOperation } from './s3-model.js';

// Every header and query parameter that S3's model has for an operation is understood, or refused by its name. What is
// understood has an effect that can be seen: the same request without it ends in something else.

const OTHER = '"00000000000000000000000000000000"';
const PAST = 'Wed, 01 Jan 2020 00:00:00 GMT';
const FUTURE = 'Wed, 01 Jan 2070 00:00:00 GMT';
const UPLOAD = 'u0000000000000001';

/** Operations that S3 has at another address. */
const ELSEWHERE = new Set(['ListDirectoryBuckets']);

/** Names of operations that the router says in another way. */
const NAMES: Readonly<Record<string, string>> = {
  GetBucketLifecycleConfiguration: 'GetBucketLifecycle',
  PutBucketLifecycleConfiguration: 'PutBucketLifecycle',
};

interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What an operation cannot do without. */
const NEEDED: Readonly<Record<string, Request>> = {
  AbortMultipartUpload: { query: { uploadId: UPLOAD } },
  CompleteMultipartUpload: {
    query: { uploadId: UPLOAD },
    body: '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>9a0364b9e99bb480dd25e1f0284c8555</ETag></Part></CompleteMultipartUpload>',
  },
  CopyObject: { headers: { 'x-amz-copy-source': '/demo/dir/a' } },
  DeleteObjects: { body: '<Delete><Object><Key>k</Key></Object></Delete>' },
  GetObjectAttributes: { headers: { 'x-amz-object-attributes': 'ETag' } },
  ListParts: { query: { uploadId: UPLOAD } },
  PutBucketLifecycleConfiguration: {
    body: '<LifecycleConfiguration><Rule><ID>r</ID><Filter><Prefix>a</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
  },
  PutBucketVersioning: {
    body: '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
  },
  PutObject: { body: 'x' },
  PutObjectTagging: {
    body: '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
  },
  RestoreObject: { body: '<RestoreRequest><Days>1</Days></RestoreRequest>' },
  UploadPart: { query: { uploadId: UPLOAD, partNumber: '1' }, body: 'x' },
  UploadPartCopy: {
    query: { uploadId: UPLOAD, partNumber: '2' },
    headers: { 'x-amz-copy-source': '/demo/dir/a' },
  },
};

/** A value with which something is understood, and what it takes to see that; by name, or by operation and name. */
const SHOWN: Readonly<Record<string, { value: string; with?: Request }>> = {
  'cache-control': { value: 'no-cache' },
  'content-disposition': { value: 'inline' },
  'content-encoding': { value: 'gzip' },
  'content-language': { value: 'de' },
  'content-type': { value: 'text/x' },
  expires: { value: FUTURE },
  'content-md5': { value: 'AAAAAAAAAAAAAAAAAAAAAA==' },
  'if-match': { value: OTHER },
  'x-amz-if-match-size': { value: '9' },
  'x-amz-if-match-last-modified-time': { value: PAST },
  'if-modified-since': { value: FUTURE },
  'if-none-match': { value: '*' },
  'if-unmodified-since': { value: PAST },
  range: { value: 'bytes=1-2' },
  'x-amz-acl': { value: 'public-read' },
  'x-amz-bypass-governance-retention': { value: 'true' },
  'x-amz-checksum-crc32': { value: 'AAAAAA==' },
  'x-amz-checksum-crc32c': { value: 'AAAAAA==' },
  'x-amz-checksum-crc64nvme': { value: 'AAAAAAAAAAA=' },
  'x-amz-checksum-sha1': { value: 'AAAA' },
  'x-amz-checksum-sha256': { value: 'AAAA' },
  'x-amz-checksum-mode': { value: 'ENABLED' },
  'x-amz-checksum-sha512': { value: 'AAAA' },
  'x-amz-checksum-md5': { value: 'AAAA' },
  'x-amz-checksum-xxhash64': { value: 'AAAA' },
  'x-amz-checksum-xxhash3': { value: 'AAAA' },
  'x-amz-checksum-xxhash128': { value: 'AAAA' },
  'CreateMultipartUpload x-amz-checksum-algorithm': { value: 'CRC32' },
  'CreateMultipartUpload x-amz-checksum-type': {
    value: 'FULL_OBJECT',
    with: { headers: { 'x-amz-checksum-algorithm': 'CRC32' } },
  },
  'CompleteMultipartUpload x-amz-checksum-type': { value: 'HALF' },
  'x-amz-max-parts': { value: '1', with: { headers: { 'x-amz-object-attributes': 'ObjectParts' } } },
  'x-amz-part-number-marker': { value: '1', with: { headers: { 'x-amz-object-attributes': 'ObjectParts' } } },
  'x-amz-copy-source': { value: '/demo/dir/%C3%BC' },
  'x-amz-copy-source-if-match': { value: OTHER },
  'x-amz-copy-source-if-modified-since': { value: FUTURE },
  'x-amz-copy-source-if-none-match': { value: '*' },
  'x-amz-copy-source-if-unmodified-since': { value: PAST },
  'x-amz-copy-source-range': { value: 'bytes=0-2' },
  'x-amz-meta-*': { value: 'kept' },
  'x-amz-metadata-directive': { value: 'REPLACE' },
  'x-amz-mfa': { value: '1 2' },
  'x-amz-object-attributes': { value: 'ObjectSize' },
  'x-amz-sdk-checksum-algorithm': { value: 'CRC32' },
  'x-amz-source-expected-bucket-owner': { value: '222233334444' },
  'x-amz-storage-class': { value: 'STANDARD_IA' },
  'x-amz-tagging': { value: 'new=1' },
  'max-buckets': { value: '0' },
  'x-amz-tagging-directive': { value: 'REPLACE', with: { headers: { 'x-amz-tagging': 'new=1' } } },
  ...Object.fromEntries(
    [
      'cache-control',
      'content-disposition',
      'content-encoding',
      'content-language',
      'content-type',
      'expires',
    ].map((name) => [`response-${name}`, { value: 'text/x' }]),
  ),
  'continuation-token': { value: Buffer.from('no such').toString('base64url') },
  delimiter: { value: '/' },
  'encoding-type': { value: 'url' },
  'fetch-owner': { value: 'true' },
  'key-marker': { value: 'dir/z' },
  marker: { value: 'dir/z' },
  'max-keys': { value: '1' },
  'max-parts': { value: '1' },
  'max-uploads': { value: '1' },
  partNumber: { value: '7' },
  'part-number-marker': { value: '1' },
  prefix: { value: 'dir/' },
  'start-after': { value: 'dir/z' },
  'upload-id-marker': { value: UPLOAD, with: { query: { 'key-marker': 'k' } } },
  uploadId: { value: 'none' },
  versionId: { value: 'none' },
  'version-id-marker': { value: 'bm9uZQ', with: { query: { 'key-marker': 'dir/a' } } },
  // What the copy has anyway is seen where it is replaced.
  ...Object.fromEntries(
    [
      'cache-control',
      'content-disposition',
      'content-encoding',
      'content-language',
      'content-type',
      'expires',
      'x-amz-meta-*',
    ].map((name) => [
      `CopyObject ${name}`,
      {
        value: name === 'expires' ? FUTURE : 'text/x',
        with: { headers: { 'x-amz-metadata-directive': 'REPLACE' } },
      },
    ]),
  ),
  'CopyObject x-amz-tagging': {
    value: 'new=1',
    with: { headers: { 'x-amz-tagging-directive': 'REPLACE' } },
  },
};

describe('gateway, held against the model of S3', () => {
  const operations = modelledOperations();

  it('knows the model', () => {
    expect(operations.length).to.be.greaterThan(100);
    const put = operations.find(({ name }) => name === 'PutObject');
    expect(put?.headers).to.include.members(['x-amz-meta-*', 'x-amz-acl', 'expires']);
  });

  it('answers what it serves, and refuses every other operation', async () => {
    const served: string[] = [];
    for (const operation of operations.filter(({ name }) => !ELSEWHERE.has(name))) {
      const { status } = (await play(operation, {})).answer;
      if (isServed(operation)) served.push(operation.name);
      else expect(status, operation.name).to.be.oneOf([400, 405, 501]);
    }
    expect(served).to.include.members(['GetObject', 'PutObject', 'ListObjectsV2', 'DeleteObjects']);
  });

  for (const operation of operations.filter((one) => isServed(one) && !ELSEWHERE.has(one.name))) {
    it(`forgets nothing of ${operation.name}`, async () => {
      const { answer: unasked } = await play(operation, {});
      // Not every store has it.
      if (unasked.status === 501) return;
      const plain = await seen(operation, {});
      for (const name of [...operation.headers, ...operation.query]) {
        if (name === 'content-length' || isHarmless(operation, name)) continue;
        const isHeader = operation.headers.includes(name);
        const shown = SHOWN[`${operation.name} ${name}`] ?? SHOWN[name] ?? { value: '1' };
        const sent = name.replace('*', 'name');
        const added: Request = isHeader
          ? { ...shown.with, headers: { ...shown.with?.headers, [sent]: shown.value } }
          : { ...shown.with, query: { ...shown.with?.query, [sent]: shown.value } };
        if (isUnderstood(operation, name, isHeader)) {
          const before = shown.with ? await seen(operation, shown.with) : plain;
          expect(await seen(operation, added), `${name} has an effect`).to.not.equal(before);
        } else {
          const { answer } = await play(operation, added);
          expect(answer.status, name).to.be.oneOf([400, 501]);
          if (operation.method !== 'HEAD') expect(answer.body).to.contain(name.replace('*', ''));
        }
      }
    });
  }
});

function routed({ name }: ModelledOperation): string {
  return NAMES[name] ?? name;
}

function isServed(operation: ModelledOperation): boolean {
  return UNDERSTOOD[routed(operation)] !== undefined;
}

function isHarmless(operation: ModelledOperation, name: string): boolean {
  return (HARMLESS[name] ?? HARMLESS_TO[routed(operation)]?.[name]) !== undefined;
}

function isUnderstood(operation: ModelledOperation, name: string, isHeader: boolean): boolean {
  const understood = UNDERSTOOD[routed(operation)];
  const names = (isHeader ? understood?.headers : understood?.query) ?? [];
  return names.some((one) => one === name || (one.endsWith('*') && name.startsWith(one.slice(0, -1))));
}

/** What is seen after a request, in its answer and in the store, but for times and ids of requests. */
async function seen(operation: ModelledOperation, added: Request): Promise<string> {
  const { answer, after, passed } = await play(operation, added);
  const headers = [...answer.headers].filter(
    ([name]) => !['date', 'x-amz-request-id', 'x-amz-id-2'].includes(name),
  );
  return JSON.stringify({ status: answer.status, headers, body: answer.body, after, passed })
    .replaceAll(/<(RequestId|LastModified|Initiated|CreationDate)>.*?</g, '<$1><')
    .replaceAll(/"last-modified","[^"]*"/g, '');
}

interface Played {
  readonly answer: RawAnswer;
  readonly after: readonly unknown[];
  readonly passed: readonly (PassThrough | undefined)[];
}

/** Sends one request to a gateway over a new store, which has an object, a part of an upload and another upload. */
async function play({ name, method, uri, hasBucket }: ModelledOperation, added: Request): Promise<Played> {
  const { driver, passed } = recorded(memoryDriver({ versioning: 'enabled' }));
  const body = Buffer.from('content');
  const part = { size: 3, checksums: {} };
  const record = {
    checksums: [{ algorithm: 'crc32', value: 'AAAAAA==', type: 'FULL_OBJECT' }],
    parts: [
      { ...part, partNumber: 1 },
      { ...part, partNumber: 2 },
    ],
  } as const;
  const old = { tags: { old: '1' }, metadata: { name: 'old' }, record: () => record };
  await driver.write.put({ key: 'k', body, ...old }, {});
  await driver.write.put({ key: 'dir/a', body: Buffer.from('other') }, {});
  await driver.write.put({ key: 'dir/ü', body }, {});
  const { multipart } = driver;
  if (!multipart) throw new Error('no uploads');
  await multipart.create({ key: 'k' }, {});
  await multipart.create({ key: 'k' }, {});
  await multipart.create({ key: 'dir/ü' }, {});
  for (const partNumber of [1, 2]) await multipart.part({ key: 'k', uploadId: UPLOAD, partNumber, body }, {});
  await using gateway = await startGateway({
    minPartBytes: 0,
    stores: { demo: driver },
    credentials: [KEYS],
  });

  const [path = '', own = ''] = `${hasBucket ? '/demo' : ''}${uri}`.replace('{Key+}', 'k').split('?');
  const needed = NEEDED[name] ?? {};
  const content = needed.body ?? '';
  const headers = { 'content-length': String(content.length), ...needed.headers, ...added.headers };
  const query = {
    ...Object.fromEntries(new URLSearchParams(own)),
    ...needed.query,
    ...added.query,
  };
  const given = Object.keys(headers).some(
    (one) => one.startsWith('x-amz-checksum-') || one === 'content-md5',
  );
  const digested = ['DeleteObjects', 'PutBucketLifecycleConfiguration'].includes(name) && !given;
  const sent = digested ? { ...headers, 'content-md5': md5(content) } : headers;
  const answer = await exchange(gateway.url, signed({ method, path, query, headers: sent }).head, content);
  const [, begun] = /<UploadId>(.*)<\/UploadId>/.exec(answer.body) ?? [];
  // What an upload was begun with is seen when it is complete.
  if (name === 'CreateMultipartUpload' && begun !== undefined) {
    const etag = await multipart.part({ key: 'k', uploadId: begun, partNumber: 1, body }, {});
    await multipart.complete({ key: 'k', uploadId: begun, parts: [{ partNumber: 1, etag }] }, {});
  }
  return { answer, after: await stateOf(driver), passed };
}

function md5(content: string): string {
  return createHash('md5').update(content).digest('base64');
}

/** What a store has, but for times. */
async function stateOf(driver: StoreDriver): Promise<unknown[]> {
  const objects = (await driver.list.page({ prefix: '', maxKeys: 100 }, {})).objects;
  const infos = await Promise.all(
    objects.map(async ({ key }) => ({
      ...(await driver.read.head({ key }, {})),
      lastModified: undefined,
      tags: await driver.tags?.get({ key }, {}),
    })),
  );
  const uploads = (await driver.uploads?.page({ prefix: '', maxUploads: 100 }, {}))?.uploads ?? [];
  const parts = await Promise.all(
    uploads.map(async ({ key, uploadId }) => [
      key,
      uploadId,
      (await driver.multipart?.parts({ key, uploadId, maxParts: 100 }, {}))?.parts,
    ]),
  );
  return [...infos, ...parts];
}

/** A store that is asked to hand requests on, and says which ones those were. */
function recorded(inner: StoreDriver): { driver: StoreDriver; passed: (PassThrough | undefined)[] } {
  const passed: (PassThrough | undefined)[] = [];
  const { batch } = inner;
  const driver: StoreDriver = {
    ...inner,
    delete: {
      ...inner.delete,
      passThrough: ['mfa', 'bypassGovernance'],
      one: (target, call) => {
        passed.push(call.pass);
        return inner.delete.one(target, call);
      },
    },
    batch: batch && {
      ...batch,
      delete: (targets, call) => {
        passed.push(call.pass);
        return batch.delete(targets, call);
      },
    },
  };
  return { driver, passed };
}
