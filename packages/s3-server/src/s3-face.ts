import { getBucketAcl, getObjectAcl } from './acl.js';
import type { Credential } from './auth/credential.js';
import { verifySigV4, type Signed } from './auth/sigv4.js';
import { hasSigV2, signatureV2NotTaken, verifySigV2 } from './auth/sigv2.js';
import { documentLimit, messageTooLong } from './body-limit.js';
import type { Buckets } from './bucket.js';
import type { Face, FaceCall, Refused, Subject } from './face.js';
import { xmlAnswer, type Answer, type WholeAnswer } from './http/answer.js';
import type { Incoming, RequestHead } from './http/incoming.js';
import { ServiceError } from './http/service-error.js';
import { childrenOf, childText, element, parseStrictly, textElement } from './xml.js';
import {
  createBucket,
  deleteBucket,
  getLocation,
  getVersioning,
  headBucket,
  listBuckets,
  putVersioning,
} from './bucket-operations.js';
import { deleteObjects } from './delete-objects.js';
import { deletePrefix } from './delete-prefix.js';
import { deleteLifecycle, getLifecycle, putLifecycle } from './lifecycle.js';
import { listObjects, listObjectsV2 } from './listings.js';
import { listUploads } from './upload-listing.js';
import { listObjectVersions } from './version-listing.js';
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart.js';
import { answerForm, formSubject, POST_OBJECT } from './forms/answer-form.js';
import { isPolicyV2, verifyPolicy, verifyPolicyV2 } from './forms/post-policy.js';
import { getObject } from './get-object.js';
import { copyObject, deleteObject, putObject } from './objects.js';
import type { Buffering, Operation, Service } from './operation.js';
import { readPlainDelete } from './plain-delete.js';
import { arrivingPayload, readPayload, type Payload } from './payload.js';
import type { S3Quirks } from './quirks.js';
import { getAttributes } from './object-attributes.js';
import { route } from './route.js';
import { deleteTagging, getTagging, putTagging, restoreObject } from './tagging.js';
import type { CompletedUpload, RecentCompletions } from './recent-completions.js';
import { toServiceError } from './to-service-error.js';
import { UploadNotes } from './upload-notes.js';
import { refuseForgotten } from './understood.js';

/** The longest key that S3 takes, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketAcl: getBucketAcl,
  GetBucketLocation: getLocation,
  GetBucketVersioning: getVersioning,
  PutBucketVersioning: putVersioning,
  GetBucketLifecycle: getLifecycle,
  PutBucketLifecycle: putLifecycle,
  DeleteBucketLifecycle: deleteLifecycle,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListMultipartUploads: listUploads,
  DeleteObjects: deleteObjects,
  DeletePrefix: deletePrefix,
  GetObject: getObject,
  HeadObject: getObject,
  GetObjectAcl: getObjectAcl,
  GetObjectAttributes: getAttributes,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
  ListParts: listParts,
  GetObjectTagging: getTagging,
  PutObjectTagging: putTagging,
  DeleteObjectTagging: deleteTagging,
  RestoreObject: restoreObject,
};

/** What {@link S3Face} carries out where the store has it, in S3's words. */
export const SERVED_OPERATIONS: readonly string[] = [
  'ListBuckets',
  'CreateBucket',
  ...Object.keys(OPERATIONS),
];

/** Signature version 2 says nothing about the body. */
const UNSIGNED_BODY: Signed = {
  accessKeyId: '',
  signedHeaders: [],
  payload: 'UNSIGNED-PAYLOAD',
  signature: '',
  signChunk: () => '',
};

export interface S3FaceSettings {
  /** Stands in the log. Default `s3`. */
  readonly name?: string | undefined;
  readonly region: string;
  readonly credentials: readonly Credential[];
  readonly quirks: S3Quirks;
  /** How much of one object is held in memory while it is written; default: all of it. */
  readonly buffering?: Buffering | undefined;
  /** What answers call this server. Default `StoreEmulator`. */
  readonly server?: string | undefined;
  /** Remembers how uploads in parts ended, and says so to who asks again. */
  readonly completions?: RecentCompletions<CompletedUpload> | undefined;
  /** In lower case: more hosts whose subdomains are buckets. */
  readonly domains?: readonly string[] | undefined;
  readonly now: () => number;
}

/** The S3 API over buckets. */
export class S3Face implements Face {
  readonly name: string;
  readonly #buckets: Buckets;
  readonly #settings: S3FaceSettings;
  readonly #notes = new UploadNotes();

  constructor(buckets: Buckets, settings: S3FaceSettings) {
    this.name = settings.name ?? 's3';
    this.#buckets = buckets;
    this.#settings = settings;
  }

  identify(request: Incoming): Subject {
    return formSubject(request) ?? subjectOf(request);
  }

  async answer(call: FaceCall): Promise<Answer> {
    if (call.subject.operation === POST_OBJECT) return this.#answerForm(call);
    return this.perform(call, this.verify(call.request));
  }

  /** The work, after {@link verify}. @throws ServiceError */
  async perform(call: FaceCall, signed: Signed): Promise<Answer> {
    const { quirks, region, buffering, completions } = this.#settings;
    call.entry.signedHeaders = signed.signedHeaders;
    const { request, arriving } = call;
    const payload = arriving
      ? arrivingPayload(request, arriving, signed, quirks)
      : readPayload(request, signed, quirks);
    const answer = await performS3(call, payload, {
      buckets: call.buckets ?? this.#buckets,
      quirks,
      region,
      buffering,
      notes: this.#notes,
      completions,
    });
    if (!quirks.requesterPays) return answer;
    return { ...answer, headers: { ...answer.headers, 'x-amz-request-charged': 'requester' } };
  }

  refuse(error: unknown, { rawPath }: Refused, requestId: string): WholeAnswer {
    const { status, code, message, fields, headers } = toServiceError(error);
    if (status === 304) return { status, headers };
    return xmlAnswer(
      element(
        'Error',
        textElement('Code', code),
        textElement('Message', message),
        ...Object.entries(fields).map(([name, value]) => textElement(name, value)),
        textElement('Resource', rawPath),
        textElement('RequestId', requestId),
        textElement('HostId', requestId),
      ),
      headers,
      status,
    );
  }

  idHeaders(requestId: string): Record<string, string> {
    const { server = 'StoreEmulator' } = this.#settings;
    return { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId, server };
  }

  /**
   * Verifies the signature, and that nothing is asked for which would be forgotten; the headers are enough for that.
   *
   * @throws ServiceError
   */
  verify(request: RequestHead): Signed {
    const signed = this.#verifySignature(request);
    refuseForgotten(request, route(request, this.#settings.domains).operation);
    return signed;
  }

  /** Who may is in the form, with the file. */
  async #answerForm(call: FaceCall): Promise<Answer> {
    const { credentials, quirks, region, now } = this.#settings;
    return answerForm(call, {
      verify: (fields) =>
        quirks.signatureV2 && isPolicyV2(fields)
          ? verifyPolicyV2(fields, { credentials, now: now() })
          : verifyPolicy(fields, { credentials, region, now: now() }),
      put: (request) => {
        refuseForgotten(request, 'PutObject');
        return request;
      },
      perform: (put, payload) =>
        performS3(put, payload, { buckets: call.buckets ?? this.#buckets, quirks, region }),
    });
  }

  #verifySignature(request: RequestHead): Signed {
    const { credentials, quirks, now } = this.#settings;
    if (hasSigV2(request)) {
      if (!quirks.signatureV2) throw signatureV2NotTaken();
      verifySigV2(request, { credentials, now });
      return UNSIGNED_BODY;
    }
    const region = quirks.anyRegion ? undefined : this.#settings.region;
    return verifySigV4(request, { credentials, region, service: 's3', now });
  }
}

/** What a request in S3's words is about. */
export function subjectOf(request: Incoming): Subject {
  const { operation, bucket, key } = route(request);
  const keys = operation === 'DeleteObjects' ? keysOfBatch(request.body) : key === undefined ? [] : [key];
  return { operation, bucket, key, keys };
}

/** Carries a request in S3's words out, whose signature and digests were found right. @throws ServiceError */
export async function performS3(
  { request, room, subject, entry, refusalOf, admit, signal }: FaceCall,
  { body, content, digests }: Payload,
  service: Service,
): Promise<Answer> {
  const { buckets, quirks } = service;
  checkAccount(request, quirks);
  const { operation, bucket: bucketName, key = '' } = subject;
  if (operation === 'ListBuckets' || bucketName === undefined) return listBuckets(buckets, request);
  if (operation === 'CreateBucket') return createBucket(service, request, body, bucketName);
  const bucket = buckets.find(bucketName);
  if (!bucket) throw noSuchBucket(bucketName);
  const maxKeyBytes = Math.min(MAX_KEY_BYTES, bucket.objects.keys.maxBytes);
  if (Buffer.byteLength(key) > maxKeyBytes) {
    throw new ServiceError(400, 'KeyTooLongError', 'Your key is too long', {
      Size: String(Buffer.byteLength(key)),
      MaxSizeAllowed: String(maxKeyBytes),
    });
  }
  // A service that does not know the extension takes it for DeleteObjects, and misses the body.
  const known = operation === 'DeletePrefix' && !quirks.serverPrefixDelete ? 'DeleteObjects' : operation;
  const limit = documentLimit(known);
  if (limit !== undefined && body.length > limit) throw messageTooLong(limit);
  const perform = isMissing(known, quirks) ? undefined : OPERATIONS[known];
  if (!perform) throw new ServiceError(501, 'NotImplemented', `${operation} is not implemented.`);
  const about = { ...service, request, bucketName, bucket, key, body, content, digests };
  try {
    return await perform({ ...about, room, entry, refusalOf, admit, signal });
  } catch (error) {
    // Somebody removed it meanwhile.
    throw error instanceof ServiceError || isThere(buckets, bucketName) ? error : noSuchBucket(bucketName);
  }
}

function isThere(buckets: Buckets, name: string): boolean {
  try {
    return buckets.find(name) !== undefined;
  } catch {
    return true;
  }
}

function noSuchBucket(name: string): ServiceError {
  return new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
}

function isMissing(operation: string, { noVersions, noTags }: S3Quirks): boolean {
  return (noVersions === true && /Version/.test(operation)) || (noTags === true && /Tagging/.test(operation));
}

function checkAccount({ headers }: Incoming, quirks: S3Quirks): void {
  const owners = ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner'].map((name) =>
    headers.get(name),
  );
  const wrongOwner = owners.some(
    (owner) => owner !== undefined && owner !== (quirks.owner ?? '111122223333'),
  );
  const unpaid = quirks.requesterPays && headers.get('x-amz-request-payer') !== 'requester';
  if (wrongOwner || unpaid) throw new ServiceError(403, 'AccessDenied', 'Access Denied');
}

/** For the fault plan alone; what is wrong with a batch shows later. */
function keysOfBatch(body: Buffer): readonly string[] {
  if (body.length > (documentLimit('DeleteObjects') ?? 0)) return [];
  const plain = readPlainDelete(body);
  if (plain) return plain.keys;
  const root = parseStrictly(body);
  return root ? childrenOf(root, 'Object').map((object) => childText(object, 'Key') ?? '') : [];
}
