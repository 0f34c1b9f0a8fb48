import type { Tags } from '@store/driver';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { childrenOf, childText, element, parseStrictly, textElement, type XmlElement } from './xml.js';
import { need, versionOf } from './bucket.js';
import { versionHeader } from './object-headers.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAX_TAGS = 10;
const MAX_NAME = 128;
const MAX_VALUE = 256;

/** Tags as a write brings them: `a=1&b=2`. */
export function tagsOfHeader(header: string | undefined): Tags | undefined {
  return header === undefined ? undefined : checked([...new URLSearchParams(header)]);
}

/** Tags as a document has them. @throws ServiceError `MalformedXML`, `InvalidTag`, `BadRequest` */
export function tagsOfDocument(document: Buffer): Tags {
  const root = parseStrictly(document);
  const [set] = root?.name === 'Tagging' ? childrenOf(root, 'TagSet') : [];
  if (!set) throw malformed();
  return checked(childrenOf(set, 'Tag').map(tagOf));
}

function checked(pairs: readonly (readonly [string, string])[]): Tags {
  const tags = Object.fromEntries(pairs);
  if (Object.keys(tags).length !== pairs.length) {
    throw new ServiceError(400, 'InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  if (pairs.length > MAX_TAGS) {
    throw new ServiceError(400, 'BadRequest', `Object tags cannot be greater than ${MAX_TAGS}`);
  }
  for (const [name, value] of pairs) {
    if (name === '' || name.length > MAX_NAME) {
      throw new ServiceError(400, 'InvalidTag', 'The TagKey you have provided is invalid', { TagKey: name });
    }
    if (value.length > MAX_VALUE) {
      throw new ServiceError(400, 'InvalidTag', 'The TagValue you have provided is invalid', {
        TagKey: name,
      });
    }
  }
  return tags;
}

/** In a store without tags every object has none. Clients ask so before they copy in parts. */
export async function getTagging({ bucket, key, request, signal }: Call): Promise<Answer> {
  const { objects } = bucket;
  const target = { key, versionId: versionOf(bucket, request.query.get('versionId')) };
  if (!objects.tags) await objects.read.head(target, { signal });
  const tags = (await objects.tags?.get(target, { signal })) ?? {};
  const set = Object.entries(tags).map(([name, value]) =>
    element('Tag', textElement('Key', name), textElement('Value', value)),
  );
  return xmlAnswer(rootElement('Tagging', element('TagSet', ...set)), versionHeader(target.versionId));
}

export async function putTagging({ bucket, key, request, body, signal }: Call): Promise<Answer> {
  const tags = tagsOfDocument(body);
  const versionId = versionOf(bucket, request.query.get('versionId'));
  await need(bucket.objects.tags).set({ key, versionId, tags }, { signal });
  return { status: 200, headers: versionHeader(versionId) };
}

/** An empty value is one; none is not. */
function tagOf(tag: XmlElement): readonly [name: string, value: string] {
  const [name, value] = [childText(tag, 'Key'), childText(tag, 'Value')];
  if (name === undefined || value === undefined) throw malformed();
  return [name, value];
}

function malformed(): ServiceError {
  return new ServiceError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

export async function deleteTagging({ bucket, key, request, signal }: Call): Promise<Answer> {
  const versionId = versionOf(bucket, request.query.get('versionId'));
  await need(bucket.objects.tags).set({ key, versionId, tags: {} }, { signal });
  return { status: 204, headers: versionHeader(versionId) };
}

/** Brings an archived object back. */
export async function restoreObject({ bucket, key, request, body, signal }: Call): Promise<Answer> {
  const root = parseStrictly(body);
  const days = Number(root && childText(root, 'Days'));
  if (root?.name !== 'RestoreRequest' || !Number.isInteger(days) || days < 1) throw malformed();
  const version = { key, versionId: versionOf(bucket, request.query.get('versionId')) };
  const before = await bucket.objects.read.head(version, { signal });
  await need(bucket.objects.restore)({ ...version, days }, { signal });
  return { status: before.restore ? 200 : 202 };
}
