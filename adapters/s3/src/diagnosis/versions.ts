import type { Finding } from '@store/driver';
import { finding, type Subject } from './subject.js';

/** The state of the bucket's versioning, as it says, or as a write shows. */
export async function versioning(subject: Subject): Promise<readonly Finding[]> {
  const { versions } = subject.driver({ versions: true });
  const { value: said } = await subject.outcome('versioning', async () => versions?.state?.(subject.call));
  const body = Buffer.from('x');
  const { versionId } = await subject.driver().write.put({ key: subject.key(), body }, subject.call);
  subject.versioning =
    said ?? (versionId === undefined ? 'unknown' : versionId === 'null' ? 'suspended' : 'enabled');
  const kept = subject.versioning === 'enabled' || subject.versioning === 'suspended';
  const meaning = kept && 'a plain delete puts a marker on top and frees nothing';
  return [finding('versioning', subject.versioning, meaning)];
}

/** Whether versions can be listed to the end, and deleted. */
export async function versionListing(subject: Subject): Promise<readonly Finding[]> {
  const probe = 'version listing';
  if (subject.versioning !== 'enabled') return [finding(probe, 'not tried', 'the bucket is not versioned')];
  const driver = subject.driver({ versions: true });
  const prefix = `${subject.key('versions')}/`;
  const written = 3;
  for (let i = 0; i < written; i++) await subject.object(`${prefix}k`, String(i));
  const target = { key: `${prefix}k` };
  const marker = await subject.outcome('delete', () => driver.delete.one(target, subject.call));
  const { pages, failed } = await subject.pages('listVersions', async (token) => {
    const page = await driver.versions?.page({ prefix, token, maxKeys: 2 }, subject.call);
    return page ?? { versions: [], truncated: false };
  });
  const versions = pages.flatMap((page) => page.versions);
  const seen = new Set(versions.map(({ versionId, deleteMarker }) => `${deleteMarker} ${versionId}`));
  const complete = !failed && seen.size === written + 1;
  const answer = failed ? 'no' : complete ? 'yes' : 'incomplete';
  const meaning = !complete && 'versions cannot be deleted reliably; options on versions are refused';
  return [
    finding(probe, answer, meaning, { versions: complete }),
    finding('delete markers told', marker.value?.deleteMarker === true),
  ];
}

/** Whether deleting what is not there succeeds, and whether incomplete uploads can be listed and aborted. */
export async function others(subject: Subject): Promise<readonly Finding[]> {
  const driver = subject.driver();
  const absent = { key: subject.key('never') };
  const missing = await subject.outcome('delete', () => driver.delete.one(absent, subject.call));
  const key = subject.key('upload');
  const begun = await subject.outcome('put', () => driver.multipart.create({ key }, subject.call));
  const listed = await subject.outcome('listUploads', () =>
    driver.uploads.page({ prefix: key, maxUploads: 10 }, subject.call),
  );
  if (begun.value !== undefined) await driver.multipart.abort({ key, uploadId: begun.value }, {});
  return [
    finding('missing key on delete', missing.error ? missing.error.code : 'succeeds'),
    finding('uploads listing', listed.value?.uploads.some((upload) => upload.key === key) ?? false),
  ];
}
