import { need, type Bucket, type Buckets, type Versioning } from './bucket.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { childText, element, parseStrictly, textElement } from './xml.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';

export function listBuckets(buckets: Buckets): Answer {
  return xmlAnswer(
    rootElement(
      'ListAllMyBucketsResult',
      element('Owner', textElement('ID', 'owner'), textElement('DisplayName', 'owner')),
      element(
        'Buckets',
        ...buckets
          .all()
          .map(({ name, created }) =>
            element('Bucket', textElement('Name', name), textElement('CreationDate', created.toISOString())),
          ),
      ),
    ),
  );
}

export function createBucket(buckets: Buckets, name: string): Answer {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new ServiceError(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      BucketName: name,
    });
  }
  if (buckets.find(name)) {
    throw new ServiceError(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { BucketName: name },
    );
  }
  need(buckets.create?.bind(buckets))(name);
  return { status: 200, headers: { location: `/${name}` } };
}

export async function headBucket({ region }: Call): Promise<Answer> {
  return { status: 200, headers: { 'x-amz-bucket-region': region } };
}

/** What an SDK sends for `DeleteObject` with an empty key. */
export async function deleteBucket({ bucket, buckets, signal }: Call): Promise<Answer> {
  const remove = need(buckets.remove?.bind(buckets));
  const objects = await bucket.objects.list.page({ prefix: '', maxKeys: 1 }, { signal });
  const versions = await bucket.listVersions?.({ prefix: '', maxKeys: 1 }, { signal });
  if (objects.objects.length > 0 || (versions?.versions.length ?? 0) > 0) {
    throw new ServiceError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      BucketName: bucket.name,
    });
  }
  remove(bucket.name);
  return { status: 204 };
}

export async function getLocation({ region }: Call): Promise<Answer> {
  // The oldest region has no name here.
  const text = region === 'us-east-1' ? '' : region;
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
