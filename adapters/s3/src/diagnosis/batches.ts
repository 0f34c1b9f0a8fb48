import { Readable } from 'node:stream';
import { DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Finding } from '@store/core';
import { documentOf } from '../answer-check.js';
import { createClient } from '../client.js';
import { changeRequests } from '../client-plugin.js';
import { ContentMd5 } from '../content-md5.js';
import type { Quirks } from '../quirks.js';
import { yesNo, type Subject } from './subject.js';

/** Whether a batch delete with these quirks deletes. */
async function batchDeletes(subject: Subject, changes: Partial<Quirks>): Promise<boolean> {
  const objects = [await subject.object(), await subject.object()];
  const driver = subject.driver({ disableBatchDelete: false, ...changes });
  const answer = await subject.outcome(
    'delete',
    (async () =>
      driver.batch?.delete(
        objects.map(({ key }) => ({ key })),
        subject.call,
      ))(),
  );
  for (const { key } of objects) if (await subject.exists(key)) return false;
  return answer.error === undefined;
}

export async function batches(subject: Subject): Promise<readonly Finding[]> {
  const checksum = await batchDeletes(subject, { contentMd5: false });
  const md5 = await batchDeletes(subject, { contentMd5: true });
  const disableBatchDelete = !checksum && !md5;
  const contentMd5 = md5 && !checksum;
  subject.quirks = { ...subject.quirks, disableBatchDelete, contentMd5 };
  const findings: Finding[] = [
    {
      probe: 'batch delete',
      answer: yesNo(!disableBatchDelete),
      meaning: disableBatchDelete ? 'each key takes a request of its own' : undefined,
      settings: { disableBatchDelete },
    },
    { probe: 'checksum header accepted', answer: yesNo(checksum) },
    { probe: 'Content-MD5 accepted', answer: yesNo(md5) },
    {
      probe: 'Content-MD5 needed',
      answer: yesNo(contentMd5),
      meaning: contentMd5 ? 'the AWS SDK alone would be refused' : undefined,
      settings: { contentMd5 },
    },
  ];
  if (disableBatchDelete) return findings;
  findings.push(await digestChecked(subject), await quietHonoured(subject), await hostileKeys(subject));
  findings.push(await limit(subject));
  return findings;
}

/** Whether a batch whose Content-MD5 is another's is refused. */
async function digestChecked(subject: Subject): Promise<Finding> {
  const { key } = await subject.object();
  const client = createClient(subject.config, subject.quirks, new ContentMd5(true));
  // Added after the plugin that makes the right one, and so behind it, and before the signature: it has to be the digest
  // that is wrong, and nothing else.
  client.middlewareStack.use(
    changeRequests('storeWrongDigest', ({ headers }) => {
      headers['content-md5'] = 'AAAAAAAAAAAAAAAAAAAAAA==';
    }),
  );
  const command = new DeleteObjectsCommand({
    Bucket: subject.config.bucket,
    Delete: { Objects: [{ Key: key }] },
  });
  await subject.outcome('delete', client.send(command));
  client.destroy();
  const checked = await subject.exists(key);
  return {
    probe: 'wrong digest noticed',
    answer: yesNo(checked),
    meaning: checked ? undefined : 'a batch that is damaged on its way is carried out as it arrives; use TLS',
  };
}

/** Whether quiet answers leave out what was deleted. */
async function quietHonoured(subject: Subject): Promise<Finding> {
  const { key } = await subject.object();
  const client = createClient(
    subject.config,
    subject.quirks,
    new ContentMd5(subject.quirks.contentMd5 === true),
  );
  const command = new DeleteObjectsCommand({
    Bucket: subject.config.bucket,
    Delete: { Objects: [{ Key: key }], Quiet: true },
  });
  const answer = await subject.outcome('delete', client.send(command));
  client.destroy();
  return {
    probe: 'quiet honoured',
    answer: yesNo(answer.error === undefined && documentOf(answer.value).all('Deleted').length === 0),
  };
}

/** What a batch with a key that XML 1.0 cannot carry does to its other key. */
async function hostileKeys(subject: Subject): Promise<Finding> {
  const probe = 'control characters in batches';
  const hostile = subject.key('\u0001');
  const put = await subject.outcome('put', subject.object(hostile));
  if (put.error)
    return { probe, answer: 'no such keys', meaning: 'the service takes no keys with them at all' };
  const { key } = await subject.object();
  const driver = subject.driver({ disableBatchDelete: false });
  await subject.outcome(
    'delete',
    (async () => driver.batch?.delete([{ key: hostile }, { key }], subject.call))(),
  );
  const [hostileLeft, otherLeft] = [await subject.exists(hostile), await subject.exists(key)];
  await subject.outcome('delete', driver.delete.one({ key: hostile }, subject.call));
  const answer = hostileLeft ? (otherLeft ? 'refuse the batch' : 'stay behind') : 'are deleted';
  return { probe, answer, meaning: hostileLeft ? 'such keys are sent one by one' : undefined };
}

/** Whether more than 1000 keys are taken. Where deletes make markers, 1001 of them would stay: not tried. */
async function limit(subject: Subject): Promise<Finding> {
  const probe = 'batch limit';
  if (subject.versioning !== 'off')
    return { probe, answer: 'not tried', meaning: 'it would make 1001 delete markers' };
  const targets = Array.from({ length: 1001 }, (_, i) => ({ key: `${subject.prefix}limit/${i}` }));
  const driver = subject.driver({ disableBatchDelete: false });
  const answer = await subject.outcome('delete', (async () => driver.batch?.delete(targets, subject.call))());
  return { probe, answer: answer.error ? '1000 keys' : 'more than 1000 keys' };
}

/** Whether uploads may carry their checksum behind the body. */
export async function trailers(subject: Subject): Promise<readonly Finding[]> {
  const client = createClient(subject.config, { ...subject.quirks, checksums: 'when-supported' });
  const command = new PutObjectCommand({
    Bucket: subject.config.bucket,
    Key: subject.key(),
    Body: Readable.from([Buffer.from('probe')], { objectMode: false }),
    ContentLength: 5,
  });
  const { error } = await subject.outcome('put', client.send(command));
  client.destroy();
  const checksums = error ? 'when-required' : 'when-supported';
  return [{ probe: 'CRC trailers accepted', answer: yesNo(!error), settings: { checksums } }];
}

/** Whether the service knows the prefix-delete extension: it names what it deleted, and that is gone. */
export async function serverPrefixDelete(subject: Subject): Promise<readonly Finding[]> {
  const { key } = await subject.object(`${subject.key('server')}/object`);
  const prefix = key.slice(0, key.lastIndexOf('/') + 1);
  const driver = subject.driver({ serverPrefixDelete: true });
  const page = async () => driver.prefixDelete?.page({ prefix, maxKeys: 1000 }, subject.call);
  const { value } = await subject.outcome('delete', page());
  const named = value?.deleted.some((one) => one.key === key) ?? false;
  const known = named && !(await subject.exists(key));
  return [
    {
      probe: 'server-side prefix delete',
      answer: yesNo(known),
      ...(known ? { meaning: 'the strategy server-prefix can be used' } : {}),
      settings: { serverPrefixDelete: known },
    },
  ];
}
