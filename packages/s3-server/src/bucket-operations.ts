import { StoreError } from '@store/driver';
import { isBucketName } from './bucket-name.js';
import { need, notImplemented, type Bucket, type Buckets, type Versioning } from './bucket.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { childrenOf, childText, element, parseStrictly, textElement } from './xml.js';
import type { Incoming } from './http/incoming.js';
import type { Call, Service } from './operation.js';
import { opened, sealed } from './listings.js';
import { rootElement } from './root-element.js';
import { refuseUnkept } from './unkept-headers.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html: all of them, where nobody asks for fewer. */
const MAX_LISTED_BUCKETS = 10_000;

/** It differs from all others in what is older than they are. */
const OLDEST_REGION = 'us-east-1';

export async function listBuckets(buckets: Buckets, { query }: Incoming): Promise<Answer> {
  const prefix = query.get('prefix');
  const token = query.get('continuation-token');
  const asked = query.get('max-buckets') || String(MAX_LISTED_BUCKETS);
  if (!/^[1-9]\d{0,4}$/.test(asked) || Number(asked) > MAX_LISTED_BUCKETS) {
    throw new ServiceError(400, 'InvalidArgument', 'The max-buckets value has to be from 1 to 10000.', {
      ArgumentName: 'max-buckets',
      ArgumentValue: asked,
    });
  }
  // The name that was the last one.
  const behind = token === undefined ? '' : opened(token);
  const found = (await buckets.all())
    .filter(({ name }) => name.startsWith(prefix ?? '') && name > behind)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = query.has('max-buckets') ? found.slice(0, Number(asked)) : found;
  return xmlAnswer(
    rootElement(
      'ListAllMyBucketsResult',
      element('Owner', textElement('ID', 'owner'), textElement('DisplayName', 'owner')),
      element(
        'Buckets',
        ...all.map(({ name, created }) =>
          element('Bucket', textElement('Name', name), textElement('CreationDate', created.toISOString())),
        ),
      ),
      textElement('Prefix', prefix),
      textElement('ContinuationToken', all.length < found.length ? sealed(all.at(-1)?.name) : undefined),
    ),
  );
}

/** What a new bucket may ask for that is so anyway. */
const HARMLESS = [
  ['x-amz-object-ownership', /^BucketOwnerEnforced$/],
  ['x-amz-bucket-object-lock-enabled', /^false$/i],
] as const;

/** @throws ServiceError `IllegalLocationConstraintException` for another region than this one */
export async function createBucket(
  { buckets, region }: Service,
  { headers }: Incoming,
  body: Buffer,
  name: string,
): Promise<Answer> {
  if (!isBucketName(name)) {
    throw new ServiceError(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      BucketName: name,
    });
  }
  refuseUnkept(headers);
  for (const [header, harmless] of HARMLESS) {
    const value = headers.get(header);
    if (value !== undefined && !harmless.test(value)) throw notImplemented();
  }
  checkLocation(body, region);
  const owned = (): ServiceError =>
    new ServiceError(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  const made: Answer = { status: 200, headers: { location: `/${name}` } };
  // The oldest region says that it is done: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
  const again = (): Answer => {
    if (region === OLDEST_REGION) return made;
    throw owned();
  };
  if (buckets.find(name)) return again();
  try {
    await need(buckets.create?.bind(buckets))(name);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'Conflict') throw error;
    // Somebody was faster, or there is something that is none of ours.
    if (buckets.find(name)) return again();
    throw new ServiceError(409, 'BucketAlreadyExists', 'The requested bucket name is not available.', {
      BucketName: name,
    });
  }
  return made;
}

function checkLocation(body: Buffer, region: string): void {
  if (body.toString().trim() === '') return;
  const root = parseStrictly(body);
  if (root?.name !== 'CreateBucketConfiguration') {
    throw new ServiceError(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  // Directory buckets, tags of a bucket.
  if (childrenOf(root).some(({ name }) => name !== 'LocationConstraint')) throw notImplemented();
  const location = childText(root, 'LocationConstraint') ?? '';
  // The oldest region has no name there; who writes it means it.
  if (location === '' || location === region) return;
  throw new ServiceError(
    400,
    'IllegalLocationConstraintException',
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

export async function headBucket({ region }: Call): Promise<Answer> {
  return { status: 200, headers: { 'x-amz-bucket-region': region } };
}

export function bucketNotEmpty(name: string): ServiceError {
  return new ServiceError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
    BucketName: name,
  });
}

/** What an SDK sends for `DeleteObject` with an empty key. */
export async function deleteBucket({ bucket, buckets, signal }: Call): Promise<Answer> {
  const remove = need(buckets.remove?.bind(buckets));
  const objects = await bucket.objects.list.page({ prefix: '', maxKeys: 1 }, { signal });
  const versions = await bucket.listVersions?.({ prefix: '', maxKeys: 1 }, { signal });
  const entries = [...objects.objects, ...(objects.unnameable ?? []), ...(versions?.versions ?? [])];
  if (entries.length > 0) throw bucketNotEmpty(bucket.name);
  await remove(bucket.name);
  return { status: 204 };
}

export async function getLocation({ region }: Call): Promise<Answer> {
  // The oldest region has no name here.
  const text = region === OLDEST_REGION ? '' : region;
  return xmlAnswer(
    `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${text}</LocationConstraint>`,
  );
}

export async function getVersioning({ bucket, signal }: Call): Promise<Answer> {
  const state = bucket.versioning ?? (await stateOf(bucket, signal));
  const status = { off: undefined, enabled: 'Enabled', suspended: 'Suspended' }[state];
  return xmlAnswer(rootElement('VersioningConfiguration', textElement('Status', status)));
}

/** @throws ServiceError `NotImplemented` where there are versions, and nobody says whether new ones are kept */
async function stateOf({ objects }: Bucket, signal: AbortSignal | undefined): Promise<Versioning> {
  return objects.versions ? need(objects.versions.state)({ signal }) : 'off';
}

export async function putVersioning({ bucket, body }: Call): Promise<Answer> {
  const root = parseStrictly(body);
  const status = root ? childText(root, 'Status') : undefined;
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw new ServiceError(
      400,
      'IllegalVersioningConfigurationException',
      'The versioning status is Enabled or Suspended.',
    );
  }
  need(bucket.setVersioning?.bind(bucket))(status === 'Enabled' ? 'enabled' : 'suspended');
  return { status: 200 };
}
