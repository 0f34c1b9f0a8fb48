import type { DeletedTarget, DeleteTarget } from '@store/driver';
import type { KeyError } from './batch-outcome.js';
import { deleteTargets } from './batch.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import {
  childrenOf,
  childText,
  element,
  parseStrictly,
  parseWithReferences,
  textElement,
  type XmlElement,
} from './xml.js';
import { keyEncoder } from './listings.js';
import { passOf } from './pass-through.js';
import { readPlainDelete } from './plain-delete.js';
import { rootElement } from './root-element.js';
import { boundTo, refuseUnholdable } from './delete-conditions.js';
import { toServiceError } from './to-service-error.js';
import type { Call } from './operation.js';

/** Documented: "The request can contain a list of up to 1000 keys". */
const MAX_KEYS = 1000;

const KNOWN_CHILDREN = new Set(['Key', 'VersionId', 'ETag', 'LastModifiedTime', 'Size']);

interface Target {
  readonly key: string;
  readonly versionId: string | undefined;
  /** As the request has it: answers name it again. */
  readonly named: string | undefined;
  readonly ifMatch: string | undefined;
  readonly size?: string | undefined;
  readonly lastModified?: string | undefined;
}

const ELEMENTS = {
  what: 'element',
  ifMatch: 'ETag',
  size: 'Size',
  lastModified: 'LastModifiedTime',
} as const;

/** `POST /bucket?delete`: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export async function deleteObjects(call: Call): Promise<Answer> {
  const { quirks, request } = call;
  if (quirks.noBatchDelete) {
    throw new ServiceError(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented.',
    );
  }
  checkDigest(call);
  const { targets, quiet } = readTargets(call);
  if (
    quirks.mfaDelete &&
    !request.headers.has('x-amz-mfa') &&
    targets.some((one) => one.versionId !== undefined)
  ) {
    throw new ServiceError(403, 'AccessDenied', 'Mfa Authentication must be used for this request');
  }
  const conditional =
    !quirks.ignoreDeleteConditions &&
    targets.some(({ ifMatch, size, lastModified }) => (ifMatch ?? size ?? lastModified) !== undefined);
  const unmet = conditional ? (target: Target) => unmetCondition(call, target) : undefined;
  const { wanted, absent } = await withoutAny(call, targets);
  const { deleted, failed: refused } =
    wanted.length === 0 && absent.length > 0
      ? { deleted: [], failed: [] }
      : await deleteTargets(call.bucket, call, wanted, unmet, passOf(call));
  const failed = [...absent, ...refused];
  if (quiet && quirks.quietAnswersEmpty && failed.length === 0) return { status: 200 };
  const url = request.query.get('encoding-type') === 'url' && quirks.encodesSpaces;
  const encode = keyEncoder(true);
  const asNamed = namedVersions(targets);
  return xmlAnswer(
    rootElement(
      'DeleteResult',
      url ? textElement('EncodingType', 'url') : undefined,
      ...(quiet
        ? []
        : deleted.map((one) =>
            deletedElement(url ? { ...asNamed(one), key: encode(one.key) } : asNamed(one)),
          )),
      ...(quirks.silentFailures ? [] : failed.map((one) => errorElement(asNamed(one)))),
    ),
  );
}

/** Whoever asks for the version `null` is answered about it, also where there are no versions. */
function namedVersions(targets: readonly Target[]): <T extends DeleteTarget>(outcome: T) => T {
  const named = new Map(
    targets
      .filter(({ named, versionId }) => named !== undefined && versionId === undefined)
      .map(({ key, named }) => [key, named]),
  );
  if (named.size === 0) return (outcome) => outcome;
  return (outcome) => ({ ...outcome, versionId: outcome.versionId ?? named.get(outcome.key) });
}

export function checkDigest({ quirks, digests }: Call): void {
  const { requireContentMd5 } = quirks;
  if (requireContentMd5) {
    if (digests.has('content-md5')) return;
    throw requireContentMd5 === 'MissingArgument'
      ? new ServiceError(400, 'MissingArgument', 'Missing Some Required Arguments.', {
          ArgumentName: 'Content-MD5',
          EC: '0016-00000606',
        })
      : new ServiceError(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
  if (digests.size > 0 || quirks.digestOptional) return;
  throw new ServiceError(
    400,
    'InvalidRequest',
    'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
  );
}

function readTargets(call: Call): { targets: Target[]; quiet: boolean } {
  const { body, quirks } = call;
  const plain = readPlainDelete(body);
  if (plain) {
    if (plain.keys.length > (quirks.maxBatchKeys ?? MAX_KEYS)) throw malformed();
    return { targets: plain.keys.map(plainTarget), quiet: plain.quiet };
  }
  const root = quirks.numericReferences ? parseWithReferences(body) : parseStrictly(body);
  if (root?.name !== 'Delete') throw malformed();
  const others = childrenOf(root).filter(({ name }) => name !== 'Object' && name !== 'Quiet');
  const objects = childrenOf(root, 'Object');
  if (others.length > 0 || objects.length === 0 || objects.length > (quirks.maxBatchKeys ?? MAX_KEYS)) {
    throw malformed();
  }
  return {
    targets: objects.map((object) => readTarget(object, call)),
    quiet: childText(root, 'Quiet') === 'true',
  };
}

function plainTarget(key: string): Target {
  return { key, versionId: undefined, named: undefined, ifMatch: undefined };
}

function readTarget(object: XmlElement, call: Call): Target {
  const key = childText(object, 'Key') ?? '';
  const facts = childrenOf(object);
  const names = new Set(facts.map(({ name }) => name));
  const unknown = facts.some((fact) => !KNOWN_CHILDREN.has(fact.name) || childrenOf(fact).length > 0);
  // What is there twice could be read as either.
  if (!key || unknown || names.size < facts.length) throw malformed();
  const named = childText(object, 'VersionId');
  const etag = childText(object, 'ETag');
  if (named === '' || etag === '') throw malformed();
  // Without versions every object is this one.
  const versionId = named === 'null' && !call.bucket.objects.versions ? undefined : named;
  const ifMatch = etag === undefined || /^[*"]/.test(etag) ? etag : `"${etag}"`;
  const [size, lastModified] = [childText(object, 'Size'), childText(object, 'LastModifiedTime')];
  const target = { key, versionId, named, ifMatch, size, lastModified };
  // Of an ETag it is said key by key.
  refuseUnholdable(call, target, { size, lastModified, ifMatch: undefined }, ELEMENTS);
  return target;
}

/** What a bucket with a delete of its own is asked: it knows ETags, and not `*`, sizes and times. */
async function withoutAny(
  call: Call,
  targets: readonly Target[],
): Promise<{ readonly wanted: readonly Target[]; readonly absent: readonly KeyError[] }> {
  if (!call.bucket.deleteMany) return { wanted: targets, absent: [] };
  const wanted: Target[] = [];
  const absent: KeyError[] = [];
  for (const { size, lastModified, ...target } of targets) {
    if (size !== undefined || lastModified !== undefined) {
      try {
        const ifMatch = await boundTo(call, target, { ifMatch: target.ifMatch, size, lastModified });
        wanted.push({ ...target, ifMatch });
      } catch (error) {
        const { code, message } = toServiceError(error);
        absent.push({ ...target, code, message });
      }
      continue;
    }
    const error = target.ifMatch === '*' ? await unmetCondition(call, target) : undefined;
    if (error) absent.push({ ...target, code: error.code, message: error.message });
    else wanted.push(target.ifMatch === '*' ? { ...target, ifMatch: undefined } : target);
  }
  return { wanted, absent };
}

/** A key with an ETag is deleted only while the object still has it. */
async function unmetCondition(
  call: Call,
  { key, versionId, ifMatch, size, lastModified }: Target,
): Promise<ServiceError | undefined> {
  if ((size ?? lastModified) !== undefined) {
    return boundTo(call, { key, versionId }, { ifMatch, size, lastModified }).then(
      () => undefined,
      (error: unknown) => toServiceError(error),
    );
  }
  if (ifMatch === undefined) return undefined;
  const { bucket, signal } = call;
  const current = await bucket.objects.read.head({ key, versionId }, { signal }).catch(() => undefined);
  if (current && (ifMatch === '*' || ifMatch.replaceAll('"', '') === current.etag?.replaceAll('"', '')))
    return undefined;
  return new ServiceError(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  );
}

function deletedElement({ key, versionId, deleteMarker, deleteMarkerVersionId }: DeletedTarget): string {
  return element(
    'Deleted',
    textElement('Key', key),
    textElement('VersionId', versionId),
    textElement('DeleteMarker', deleteMarker),
    textElement('DeleteMarkerVersionId', deleteMarkerVersionId),
  );
}

function errorElement({ key, versionId, code, message }: KeyError): string {
  return element(
    'Error',
    textElement('Key', key),
    textElement('VersionId', versionId),
    textElement('Code', code),
    textElement('Message', message),
  );
}

function malformed(): ServiceError {
  return new ServiceError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
