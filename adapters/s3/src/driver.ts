import { addAbortSignal, Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import {
  defineCapabilities,
  StoreError,
  type AbortUploadRequest,
  type BatchDeleteResult,
  type Capabilities,
  type CompleteUploadRequest,
  type CopyRequest,
  type CreateUploadRequest,
  type DeletedTarget,
  type RequestCharge,
  type DeleteTarget,
  type DriverCall,
  type GetRequest,
  type GetResult,
  type ListPage,
  type ListPageRequest,
  type ListPartsPage,
  type ListPartsPageRequest,
  type ListUploadsPage,
  type ListUploadsPageRequest,
  type ObjectInfo,
  type PresignRequest,
  type PutRequest,
  type ReadRequest,
  type StoreDriver,
  type UploadPartCopyRequest,
  type UploadPartRequest,
  type WriteResult,
} from '@store/core';
import {
  checkContentRange,
  objectBody,
  readDeleteResult,
  settleQuietly,
  undocumented,
  type DeleteResultReader,
  type XmlElement,
} from '@store/kit';
import { createClient } from './client.js';
import type { S3Config } from './config.js';
import { ContentMd5 } from './content-md5.js';
import { deletePrefixPage } from './delete-prefix.js';
import { documentOf } from './answer-check.js';
import { keyFailure } from './errors.js';
import { getLifecycle, putLifecycle } from './lifecycle.js';
import { listObjectsV1, listObjectsV2, listParts, listUploads, listVersions } from './listings.js';
import { bodyInfo, putAttributes, storageClassOf } from './attributes.js';
import { getTags, restore, setTags } from './object-state.js';
import { chargeOf, deleteParameters } from './pass-through.js';
import { presignRequest } from './presign.js';
import type { Quirks } from './quirks.js';
import { Requests } from './requests.js';

const MIB = 1024 * 1024;

/** Keys stand in the answer as in the request, not encoded. */
const DELETE_RESULT: DeleteResultReader = {
  encoding: { url: false, plusIsSpace: false },
  failureOf: keyFailure,
};

/** S3 over the AWS SDK. Each method is one request. */
export class S3Driver implements StoreDriver {
  readonly provider = 's3';
  readonly capabilities: Capabilities;
  readonly listVersionsPage: StoreDriver['listVersionsPage'];
  readonly deleteBatch: StoreDriver['deleteBatch'];
  readonly deletePrefixPage: StoreDriver['deletePrefixPage'];
  readonly getLifecycle: StoreDriver['getLifecycle'];
  readonly putLifecycle: StoreDriver['putLifecycle'];
  readonly getTags: StoreDriver['getTags'];
  readonly setTags: StoreDriver['setTags'];
  readonly restore: StoreDriver['restore'];
  readonly #requests: Requests;
  readonly #config: S3Config;
  readonly #quirks: Quirks;
  readonly #contentMd5: ContentMd5;

  constructor(config: S3Config, quirks: Quirks) {
    this.#config = config;
    this.#quirks = quirks;
    this.#contentMd5 = new ContentMd5(quirks.contentMd5);
    this.#requests = new Requests(createClient(config, quirks, this.#contentMd5), config);
    this.capabilities = defineCapabilities({
      list: {
        order: quirks.orderedList ? 'utf8' : 'none',
        startAfter: quirks.orderedList,
        maxPageSize: 1000,
        delimiter: quirks.delimiter,
      },
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: 1000 keys, 2 MiB.
      batchDelete: quirks.disableBatchDelete ? false : { maxKeys: 1000, maxBytes: 2 * MIB, keys: 'xml' },
      prefixDelete: quirks.serverPrefixDelete && { maxKeys: 1000 },
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
      multipart: {
        minPartBytes: 5 * MIB,
        maxPartBytes: 5 * 1024 * MIB,
        maxParts: 10_000,
        equalParts: quirks.equalParts,
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        maxCopyBytes: quirks.maxCopyBytes,
      },
      conditionalPut: { ifAbsent: quirks.conditionalPut, ifMatch: quirks.conditionalPut },
      conditionalDelete: quirks.conditionalDelete,
      conditionalRead: true,
      versions: quirks.versions,
      listUploads: true,
      tags: quirks.tags,
      storageClasses: true,
      restore: quirks.restore,
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
      lifecycle: quirks.lifecycle !== false && { maxRules: 1000, overlap: quirks.lifecycleOverlap },
      presign: true,
      passThrough: ['mfa', 'bypassGovernance', 'requestPayer', 'expectedBucketOwner'],
    });
    if (quirks.serverPrefixDelete)
      this.deletePrefixPage = (request, call) => deletePrefixPage(this.#requests, request, call);
    if (quirks.lifecycle !== false) {
      this.getLifecycle = (call) => getLifecycle(this.#requests, call);
      this.putLifecycle = (update, call) =>
        this.#contentMd5.adjusting(() => putLifecycle(this.#requests, quirks, update, call));
    }
    if (quirks.tags) {
      this.getTags = (request, call) => getTags(this.#requests, request, call);
      this.setTags = (request, call) =>
        this.#contentMd5.adjusting(() => setTags(this.#requests, quirks, request, call));
    }
    if (quirks.restore)
      this.restore = (request, call) =>
        this.#contentMd5.adjusting(() => restore(this.#requests, quirks, request, call));
    if (!quirks.disableBatchDelete)
      this.deleteBatch = (targets, call) =>
        this.#contentMd5.adjusting(() => this.#deleteBatch(targets, call));
    if (quirks.versions)
      this.listVersionsPage = (request, call) => listVersions(this.#requests, request, call);
  }

  async listPage(request: ListPageRequest, call: DriverCall): Promise<ListPage> {
    const list = this.#quirks.listVersion === 1 ? listObjectsV1 : listObjectsV2;
    return list(this.#requests, request, call);
  }

  async listUploadsPage(request: ListUploadsPageRequest, call: DriverCall): Promise<ListUploadsPage> {
    return listUploads(this.#requests, request, call);
  }

  async head(request: ReadRequest, call: DriverCall): Promise<ObjectInfo> {
    const command = new HeadObjectCommand(this.#readInput(request));
    return this.#requests.run('head', request.key, call, async (abortSignal) =>
      bodyInfo(request.key, await this.#requests.client.send(command, { abortSignal })),
    );
  }

  async get(request: GetRequest, call: DriverCall): Promise<GetResult> {
    const { key, range } = request;
    const command = new GetObjectCommand({
      ...this.#readInput(request),
      Range: range && `bytes=${range.start}-${range.end ?? ''}`,
    });
    return this.#requests.run('get', key, call, async (abortSignal) => {
      const answer = await this.#requests.client.send(command, { abortSignal });
      const { Body } = answer;
      if (!(Body instanceof Readable)) throw undocumented('the answer has no body');
      let bytes: number | undefined;
      try {
        const { httpStatusCode: status } = answer.$metadata;
        bytes = checkContentRange(range, { status, header: answer.ContentRange });
      } catch (error) {
        Body.destroy();
        throw error;
      }
      // The deadline ends with the head; from here on the caller's signal closes the socket.
      const body = objectBody(Body, (error) => this.#requests.failure(error, 'get', key), bytes);
      return { info: bodyInfo(key, answer), body: call.signal ? addAbortSignal(call.signal, body) : body };
    });
  }

  async put(request: PutRequest, call: DriverCall): Promise<WriteResult> {
    const { key, body } = request;
    const command = new PutObjectCommand({
      Bucket: this.#requests.bucket,
      Key: key,
      Body: inMemory(body),
      ...putAttributes(request),
      ...writeConditions(request),
    });
    return this.#requests.run(
      'put',
      key,
      call,
      async (abortSignal) => {
        const { ETag, VersionId } = await this.#requests.client.send(command, { abortSignal });
        return { key, etag: ETag, versionId: VersionId };
      },
      inMemory(body).length,
    );
  }

  async copy(request: CopyRequest, call: DriverCall): Promise<WriteResult> {
    const { from, to, storageClass } = request;
    const command = new CopyObjectCommand({
      Bucket: this.#requests.bucket,
      Key: to,
      CopySource: this.#copySource(request),
      StorageClass: storageClassOf(storageClass),
    });
    return this.#requests.run('copy', from, call, async (abortSignal) => {
      const answer = await this.#requests.client.send(command, { abortSignal });
      return { key: to, etag: tagIn(documentOf(answer)), versionId: answer.VersionId };
    });
  }

  async deleteOne(
    { key, versionId, ifMatch }: DeleteTarget,
    call: DriverCall,
  ): Promise<DeletedTarget & RequestCharge> {
    const command = new DeleteObjectCommand({
      Bucket: this.#requests.bucket,
      Key: notEmpty(key),
      VersionId: versionId,
      IfMatch: ifMatch,
      ...deleteParameters(call.pass),
    });
    return this.#requests.run('delete', key, call, async (abortSignal) => {
      const answer = await this.#requests.client.send(command, { abortSignal });
      const { DeleteMarker, VersionId } = answer;
      return {
        key,
        versionId,
        ...chargeOf(answer),
        ...(DeleteMarker ? { deleteMarker: true, deleteMarkerVersionId: VersionId } : {}),
      };
    });
  }

  async #deleteBatch(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchDeleteResult> {
    const { quietDeletes, checksumAlgorithm } = this.#quirks;
    const command = new DeleteObjectsCommand({
      Bucket: this.#requests.bucket,
      Delete: {
        Objects: targets.map(({ key, versionId, ifMatch }) => ({
          Key: notEmpty(key),
          VersionId: versionId,
          ETag: ifMatch,
        })),
        Quiet: quietDeletes,
      },
      ChecksumAlgorithm: checksumAlgorithm,
      ...deleteParameters(call.pass),
    });
    return this.#requests.run('deleteBatch', undefined, call, async (abortSignal) => {
      const answer = await this.#requests.client.send(command, { abortSignal });
      const result = readDeleteResult(documentOf(answer), targets, DELETE_RESULT);
      const settled = quietDeletes ? settleQuietly(result, targets) : result;
      return { ...settled, ...chargeOf(answer) };
    });
  }

  async createUpload(request: CreateUploadRequest, call: DriverCall): Promise<string> {
    const { key } = request;
    const command = new CreateMultipartUploadCommand({
      Bucket: this.#requests.bucket,
      Key: key,
      ...putAttributes(request),
    });
    return this.#requests.run('put', key, call, async (abortSignal) => {
      const answer = await this.#requests.client.send(command, { abortSignal });
      const uploadId = documentOf(answer).textOf('UploadId');
      if (uploadId === undefined) throw undocumented('the service began an upload without an id');
      return uploadId;
    });
  }

  async uploadPart(request: UploadPartRequest, call: DriverCall): Promise<string> {
    const { key, uploadId, partNumber, body } = request;
    const command = new UploadPartCommand({
      Bucket: this.#requests.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: partNumber,
      Body: body,
    });
    return this.#requests.run(
      'put',
      key,
      call,
      async (abortSignal) => {
        const { ETag } = await this.#requests.client.send(command, { abortSignal });
        if (!ETag) throw undocumented('the service took a part without an ETag');
        return ETag;
      },
      body.length,
    );
  }

  async uploadPartCopy(request: UploadPartCopyRequest, call: DriverCall): Promise<string> {
    const { key, uploadId, partNumber, from, range, ifMatch } = request;
    const command = new UploadPartCopyCommand({
      Bucket: this.#requests.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: partNumber,
      CopySource: this.#copySource(request),
      CopySourceRange: `bytes=${range.start}-${range.end}`,
      CopySourceIfMatch: ifMatch,
    });
    return this.#requests.run(
      'copy',
      from,
      call,
      async (abortSignal) => {
        const answer = await this.#requests.client.send(command, { abortSignal });
        return tagIn(documentOf(answer));
      },
      // The answer comes when the provider has copied.
      range.end - range.start,
    );
  }

  async listPartsPage(request: ListPartsPageRequest, call: DriverCall): Promise<ListPartsPage> {
    return listParts(this.#requests, request, call);
  }

  async completeUpload(request: CompleteUploadRequest, call: DriverCall): Promise<WriteResult> {
    const { key, uploadId, parts } = request;
    const command = new CompleteMultipartUploadCommand({
      Bucket: this.#requests.bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: {
        Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })),
      },
      ...writeConditions(request),
    });
    return this.#requests.run('put', key, call, async (abortSignal) => {
      const answer = await this.#requests.client.send(command, { abortSignal });
      return { key, etag: tagIn(documentOf(answer)), versionId: answer.VersionId };
    });
  }

  async abortUpload({ key, uploadId }: AbortUploadRequest, call: DriverCall): Promise<void> {
    const command = new AbortMultipartUploadCommand({
      Bucket: this.#requests.bucket,
      Key: key,
      UploadId: uploadId,
    });
    try {
      await this.#requests.run('abortUpload', key, call, (abortSignal) =>
        this.#requests.client.send(command, { abortSignal }),
      );
    } catch (error) {
      if (!(error instanceof StoreError && error.providerCode === 'NoSuchUpload')) throw error;
    }
  }

  async presign(request: PresignRequest, call: DriverCall): Promise<string> {
    return this.#requests.run('presign', request.key, call, () =>
      presignRequest(this.#config, this.#quirks, request),
    );
  }

  async close(): Promise<void> {
    this.#requests.client.destroy();
  }

  #copySource({ from, fromVersionId }: Pick<CopyRequest, 'from' | 'fromVersionId'>): string {
    const source = encodeURIComponent(`${this.#requests.bucket}/${from}`).replaceAll('%2F', '/');
    return fromVersionId === undefined ? source : `${source}?versionId=${encodeURIComponent(fromVersionId)}`;
  }

  #readInput({ key, versionId, ifMatch, ifNoneMatch }: ReadRequest) {
    return {
      Bucket: this.#requests.bucket,
      Key: key,
      VersionId: versionId,
      IfMatch: ifMatch,
      IfNoneMatch: ifNoneMatch,
    };
  }
}

/** The entity tag that a document names. */
function tagIn(document: XmlElement): string {
  const etag = document.textOf('ETag');
  if (etag !== undefined) return etag;
  throw undocumented(`the answer, a ${document.name}, has no ETag`);
}

/** An empty key would make the SDK send a request on the bucket: `DELETE /bucket/`. */
function notEmpty(key: string): string {
  if (key !== '') return key;
  throw new StoreError('InvalidArgument', 'the empty string is not a key');
}

function inMemory(body: PutRequest['body']): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw new StoreError('InvalidArgument', 'a stream was given, and streamingPut is false');
}

function writeConditions({ ifAbsent, ifMatch }: Pick<PutRequest, 'ifAbsent' | 'ifMatch'>) {
  return { IfNoneMatch: ifAbsent ? '*' : undefined, IfMatch: ifMatch };
}
