import { xmlAnswer, type Answer } from './http/answer.js';
import { versionOf } from './bucket.js';
import { OWNER } from './listings.js';
import type { Call } from './operation.js';
import { versionHeader } from './object-headers.js';
import { rootElement } from './root-element.js';
import { element, textElement } from './xml.js';

/**
 * What S3 says where lists of rights mean nothing: the owner may do everything. Clients ask whether a bucket is there and theirs.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
function ownersAcl(headers: Readonly<Record<string, string>> = {}): Answer {
  const grantee =
    '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">' +
    `${textElement('ID', 'owner')}${textElement('DisplayName', 'owner')}</Grantee>`;
  const grant = element('Grant', grantee, textElement('Permission', 'FULL_CONTROL'));
  return xmlAnswer(rootElement('AccessControlPolicy', OWNER, element('AccessControlList', grant)), headers);
}

export async function getBucketAcl(): Promise<Answer> {
  return ownersAcl();
}

/** @throws StoreError `NotFound` */
export async function getObjectAcl({ bucket, key, request, signal }: Call): Promise<Answer> {
  const versionId = versionOf(bucket, request.query.get('versionId'));
  const info = await bucket.objects.read.head({ key, versionId }, { signal });
  return ownersAcl(versionHeader(info.versionId));
}
