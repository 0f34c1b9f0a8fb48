import type { Finding } from '@store/driver';
import { checksum as checksumOf, deleteDocument, XML } from '@store/kit';
import { DIALECT } from '../dialect.js';
import type { Quirks } from '../quirks.js';
import { finding, type Subject } from './subject.js';

/** Whether a batch delete with these quirks deletes. */
async function batchDeletes(subject: Subject, changes: Partial<Quirks>): Promise<boolean> {
  const objects = [await subject.object(), await subject.object()];
  const targets = objects.map(({ key }) => ({ key }));
  const driver = subject.driver({ disableBatchDelete: false, ...changes });
  const answer = await subject.outcome('delete', async () => driver.batch?.delete(targets, subject.call));
  for (const { key } of objects) if (await subject.exists(key)) return false;
  return answer.error === undefined;
}

export async function batches(subject: Subject): Promise<readonly Finding[]> {
  const checksum = await batchDeletes(subject, { contentMd5: false });
  const md5 = await batchDeletes(subject, { contentMd5: true });
  const disableBatchDelete = !checksum && !md5;
  const contentMd5 = md5 && !checksum;
  subject.quirks = { ...subject.quirks, disableBatchDelete, contentMd5 };
  const single = disableBatchDelete && 'each key takes a request of its own';
  const refused = contentMd5 && 'the AWS SDK alone would be refused';
  const findings = [
    finding('batch delete', checksum || md5, single, { disableBatchDelete }),
    finding('checksum header accepted', checksum),
    finding('Content-MD5 accepted', md5),
    finding('Content-MD5 needed', contentMd5, refused, { contentMd5 }),
  ];
  if (disableBatchDelete) return findings;
  findings.push(await digestChecked(subject), await quietHonoured(subject), await hostileKeys(subject));
  return [...findings, await limit(subject)];
}

/** Whether a batch whose Content-MD5 is another's is refused. */
async function digestChecked(subject: Subject): Promise<Finding> {
  const { key } = await subject.object();
  const deletion = deletionOf(key);
  // It has to be the digest that is wrong, and nothing else.
  const headers = { ...XML, 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const request = { ...deletion, headers };
  await subject.outcome('delete', () =>
    subject.requests().pass('delete', subject.call, request, () => undefined),
  );
  const checked = await subject.exists(key);
  const meaning = !checked && 'a batch that is damaged on its way is carried out as it arrives; use TLS';
  return finding('wrong digest noticed', checked, meaning);
}

/** Whether quiet answers leave out what was deleted. */
async function quietHonoured(subject: Subject): Promise<Finding> {
  const { key } = await subject.object();
  const request = { ...deletionOf(key, true), headers: XML, digested: true } as const;
  const answer = await subject.outcome('delete', () =>
    subject
      .requests()
      .ask('delete', subject.call, request, 'DeleteResult', (document) => document.all('Deleted').length),
  );
  return finding('quiet honoured', answer.value === 0);
}

function deletionOf(key: string, quiet = false) {
  const { content } = deleteDocument([{ key }], quiet, DIALECT.attributes);
  return { method: 'POST', query: { delete: '' }, content } as const;
}

/** What a batch with a key that XML 1.0 cannot carry does to its other key. */
async function hostileKeys(subject: Subject): Promise<Finding> {
  const probe = 'control characters in batches';
  const hostile = subject.key('\u0001');
  const put = await subject.outcome('put', () => subject.object(hostile));
  if (put.error) return finding(probe, 'no such keys', 'the service takes no keys with them at all');
  const { key } = await subject.object();
  const driver = subject.driver({ disableBatchDelete: false });
  const targets = [{ key: hostile }, { key }];
  await subject.outcome('delete', async () => driver.batch?.delete(targets, subject.call));
  const [hostileLeft, otherLeft] = [await subject.exists(hostile), await subject.exists(key)];
  await subject.outcome('delete', () => driver.delete.one({ key: hostile }, subject.call));
  const answer = hostileLeft ? (otherLeft ? 'refuse the batch' : 'stay behind') : 'are deleted';
  return finding(probe, answer, hostileLeft && 'such keys are sent one by one');
}

/** Whether more than 1000 keys are taken. Where deletes make markers, 1001 of them would stay: not tried. */
async function limit(subject: Subject): Promise<Finding> {
  const probe = 'batch limit';
  if (subject.versioning !== 'off') return finding(probe, 'not tried', 'it would make 1001 delete markers');
  const targets = Array.from({ length: 1001 }, (_, i) => ({ key: `${subject.prefix}limit/${i}` }));
  const driver = subject.driver({ disableBatchDelete: false });
  const answer = await subject.outcome('delete', async () => driver.batch?.delete(targets, subject.call));
  return finding(probe, answer.error ? '1000 keys' : 'more than 1000 keys');
}

/**
 * Whether uploads may carry their checksum behind the body, as the SDK sends what it streams.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export async function trailers(subject: Subject): Promise<readonly Finding[]> {
  const body = Buffer.from('probe');
  const trailer = 'x-amz-checksum-crc32';
  const sum = `${trailer}:${checksumOf(body, 'CRC32')}`;
  const request = {
    method: 'PUT',
    key: subject.key(),
    query: {},
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': body.length,
      'x-amz-sdk-checksum-algorithm': 'CRC32',
      'x-amz-trailer': trailer,
    },
    content: Buffer.from(`${body.length.toString(16)}\r\n${body.toString()}\r\n0\r\n${sum}\r\n\r\n`),
  } as const;
  const { error } = await subject.outcome('put', () =>
    subject.requests().tell('put', subject.call, request, () => undefined),
  );
  const checksums = error ? 'when-required' : 'when-supported';
  return [finding('CRC trailers accepted', !error, undefined, { checksums })];
}

/** Whether the service knows the prefix-delete extension: it names what it deleted, and that is gone. */
export async function serverPrefixDelete(subject: Subject): Promise<readonly Finding[]> {
  const { key } = await subject.object(`${subject.key('server')}/object`);
  const prefix = key.slice(0, key.lastIndexOf('/') + 1);
  const driver = subject.driver({ serverPrefixDelete: true });
  const { value } = await subject.outcome('delete', async () =>
    driver.prefixDelete?.page({ prefix, maxKeys: 1000 }, subject.call),
  );
  const named = value?.deleted.some((one) => one.key === key) ?? false;
  const known = named && !(await subject.exists(key));
  const meaning = known && 'the strategy server-prefix can be used';
  return [finding('server-side prefix delete', known, meaning, { serverPrefixDelete: known })];
}
