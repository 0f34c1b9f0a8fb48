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
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
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
  type DeleteTarget,
  type DriverCall,
  type GetRequest,
  type GetResult,
  type ListPage,
  type ListPageRequest,
  type ListUploadsPage,
  type ListUploadsPageRequest,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type ObjectInfo,
  type PresignRequest,
  type PutRequest,
  type ReadRequest,
  type StoreDriver,
  type UploadPartRequest,
  type WriteResult,
} from '@store/core';
import { createClient, timeoutOf } from './client.js';
import type { S3Config } from './config.js';
import { withDeadline } from './deadline.js';
import { ContentMd5, wantsContentMd5 } from './content-md5.js';
import { adjustedError, keyFailure, translate } from './errors.js';
import { listDecoder } from './list-decoding.js';
import { listedInfo, nextMarker, uploadInfo, versionInfos } from './listed.js';
import { bodyInfo, putAttributes } from './attributes.js';
import { joinMarkers, splitMarkers } from './page-token.js';
import { deleteParameters, listParameters } from './pass-through.js';
import { presignRequest } from './presign.js';
import type { Quirks } from './quirks.js';

const MIB = 1024 * 1024;

/** Slowest upload that is waited for, in bytes a second, on top of the time-out. */
const SLOWEST_UPLOAD = 64 * 1024;

/** S3 over the AWS SDK. Each method is one request. */
export class S3Driver implements StoreDriver {
  readonly provider = 's3';
  readonly capabilities: Capabilities;
  readonly listVersionsPage: StoreDriver['listVersionsPage'];
  readonly deleteBatch: StoreDriver['deleteBatch'];
  readonly #client: S3Client;
  readonly #config: S3Config;
  readonly #quirks: Quirks;
  readonly #bucket: string;
  readonly #contentMd5: ContentMd5;

  constructor(config: S3Config, quirks: Quirks) {
    this.#config = config;
    this.#quirks = quirks;
    this.#bucket = config.bucket;
    this.#contentMd5 = new ContentMd5(quirks.contentMd5 === true);
    this.#client = createClient(config, quirks, this.#contentMd5);
    this.capabilities = defineCapabilities({
      list: {
        order: quirks.orderedList ? 'utf8' : 'none',
        startAfter: quirks.orderedList,
        maxPageSize: 1000,
        delimiter: 'any',
      },
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: 1000 keys, 2 MiB.
      batchDelete: quirks.disableBatchDelete ? false : { maxKeys: 1000, maxBytes: 2 * MIB, keys: 'xml' },
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
      multipart: { minPartBytes: 5 * MIB, maxPartBytes: 5 * 1024 * MIB, maxParts: 10_000 },
      conditionalPut: { ifAbsent: quirks.conditionalPut, ifMatch: quirks.conditionalPut },
      conditionalDelete: quirks.conditionalDelete,
      conditionalRead: true,
      versions: quirks.versions,
      listUploads: true,
      presign: true,
      passThrough: ['mfa', 'bypassGovernance', 'requestPayer', 'expectedBucketOwner'],
    });
    if (!quirks.disableBatchDelete)
      this.deleteBatch = (targets, call) => this.#deleteBatchAdjusting(targets, call);
    if (quirks.versions) this.listVersionsPage = (request, call) => this.#listVersionsPage(request, call);
  }

  async listPage(request: ListPageRequest, call: DriverCall): Promise<ListPage> {
    return this.#quirks.listVersion === 1 ? this.#listPageV1(request, call) : this.#listPageV2(request, call);
  }

  async #listPageV2(request: ListPageRequest, call: DriverCall): Promise<ListPage> {
    const { prefix, token, startAfter, maxKeys, delimiter } = request;
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      ContinuationToken: token,
      StartAfter: startAfter,
      MaxKeys: maxKeys,
      Delimiter: delimiter,
      EncodingType: 'url',
      ...listParameters(call.pass),
    });
    return this.#run('list', undefined, call, async (abortSignal) => {
      const page = await this.#client.send(command, { abortSignal });
      const decode = listDecoder(page.EncodingType);
      return {
        objects: (page.Contents ?? []).map((object) => listedInfo(object, decode)),
        prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => ({ prefix: decode(Prefix) })),
        truncated: page.IsTruncated ?? false,
        nextToken: page.NextContinuationToken,
      };
    });
  }

  async #listPageV1(request: ListPageRequest, call: DriverCall): Promise<ListPage> {
    const { prefix, token, startAfter, maxKeys, delimiter } = request;
    const command = new ListObjectsCommand({
      Bucket: this.#bucket,
      Prefix: prefix,
      Marker: token ?? startAfter,
      MaxKeys: maxKeys,
      Delimiter: delimiter,
      EncodingType: 'url',
      ...listParameters(call.pass),
    });
    return this.#run('list', undefined, call, async (abortSignal) => {
      const page = await this.#client.send(command, { abortSignal });
      const decode = listDecoder(page.EncodingType);
      const objects = (page.Contents ?? []).map((object) => listedInfo(object, decode));
      const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => ({ prefix: decode(Prefix) }));
      const truncated = page.IsTruncated ?? false;
      // Without a delimiter the service does not name the next marker: it is the last key.
      const told = page.NextMarker === undefined ? undefined : decode(page.NextMarker);
      return {
        objects,
        prefixes,
        truncated,
        nextToken: truncated ? (told ?? nextMarker(objects, prefixes)) : undefined,
      };
    });
  }

  async #listVersionsPage(request: ListVersionsPageRequest, call: DriverCall): Promise<ListVersionsPage> {
    const { prefix, token, startAfter, maxKeys } = request;
    const [keyMarker, versionMarker] = token === undefined ? [startAfter, undefined] : splitMarkers(token);
    const command = new ListObjectVersionsCommand({
      Bucket: this.#bucket,
      Prefix: prefix,
      // Both, or some services (Ceph) list the same page for ever.
      KeyMarker: keyMarker,
      VersionIdMarker: versionMarker,
      MaxKeys: maxKeys,
      EncodingType: 'url',
      ...listParameters(call.pass),
    });
    return this.#run('listVersions', undefined, call, async (abortSignal) => {
      const page = await this.#client.send(command, { abortSignal });
      const decode = listDecoder(page.EncodingType);
      const { NextKeyMarker, NextVersionIdMarker } = page;
      return {
        versions: versionInfos(page.Versions ?? [], page.DeleteMarkers ?? [], decode),
        truncated: page.IsTruncated ?? false,
        nextToken:
          NextKeyMarker === undefined ? undefined : joinMarkers(decode(NextKeyMarker), NextVersionIdMarker),
      };
    });
  }

  async listUploadsPage(request: ListUploadsPageRequest, call: DriverCall): Promise<ListUploadsPage> {
    const { prefix, token, maxUploads } = request;
    const [keyMarker, idMarker] = token === undefined ? [] : splitMarkers(token);
    const command = new ListMultipartUploadsCommand({
      Bucket: this.#bucket,
      Prefix: prefix,
      KeyMarker: keyMarker,
      UploadIdMarker: idMarker,
      MaxUploads: maxUploads,
      EncodingType: 'url',
      ...listParameters(call.pass),
    });
    return this.#run('listUploads', undefined, call, async (abortSignal) => {
      const page = await this.#client.send(command, { abortSignal });
      const decode = listDecoder(page.EncodingType);
      const { NextKeyMarker, NextUploadIdMarker } = page;
      return {
        uploads: (page.Uploads ?? []).map((upload) => uploadInfo(upload, decode)),
        truncated: page.IsTruncated ?? false,
        nextToken:
          NextKeyMarker === undefined ? undefined : joinMarkers(decode(NextKeyMarker), NextUploadIdMarker),
      };
    });
  }

  async head(request: ReadRequest, call: DriverCall): Promise<ObjectInfo> {
    const command = new HeadObjectCommand(this.#readInput(request));
    return this.#run('head', request.key, call, async (abortSignal) =>
      bodyInfo(request.key, await this.#client.send(command, { abortSignal })),
    );
  }

  async get(request: GetRequest, call: DriverCall): Promise<GetResult> {
    const { key, range } = request;
    const command = new GetObjectCommand({
      ...this.#readInput(request),
      Range: range && `bytes=${range.start}-${range.end ?? ''}`,
    });
    return this.#run('get', key, call, async (abortSignal) => {
      const answer = await this.#client.send(command, { abortSignal });
      const { Body } = answer;
      if (!(Body instanceof Readable)) throw new StoreError('Corrupt', 'the answer has no body');
      // The deadline ends with the head; from here on the caller's signal closes the socket.
      return { info: bodyInfo(key, answer), body: call.signal ? addAbortSignal(call.signal, Body) : Body };
    });
  }

  async put(request: PutRequest, call: DriverCall): Promise<WriteResult> {
    const { key, body } = request;
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: inMemory(body),
      ...putAttributes(request),
      ...writeConditions(request),
    });
    return this.#run(
      'put',
      key,
      call,
      async (abortSignal) => {
        const { ETag, VersionId } = await this.#client.send(command, { abortSignal });
        return { key, etag: ETag, versionId: VersionId };
      },
      inMemory(body).length,
    );
  }

  async copy({ from, fromVersionId, to }: CopyRequest, call: DriverCall): Promise<WriteResult> {
    const source = encodeURIComponent(`${this.#bucket}/${from}`).replaceAll('%2F', '/');
    const version = fromVersionId === undefined ? '' : `?versionId=${encodeURIComponent(fromVersionId)}`;
    const command = new CopyObjectCommand({ Bucket: this.#bucket, Key: to, CopySource: source + version });
    return this.#run('copy', from, call, async (abortSignal) => {
      const { CopyObjectResult, VersionId } = await this.#client.send(command, { abortSignal });
      return { key: to, etag: CopyObjectResult?.ETag, versionId: VersionId };
    });
  }

  async deleteOne({ key, versionId, ifMatch }: DeleteTarget, call: DriverCall): Promise<DeletedTarget> {
    const command = new DeleteObjectCommand({
      Bucket: this.#bucket,
      Key: notEmpty(key),
      VersionId: versionId,
      IfMatch: ifMatch,
      ...deleteParameters(call.pass),
    });
    return this.#run('delete', key, call, async (abortSignal) => {
      const { DeleteMarker, VersionId } = await this.#client.send(command, { abortSignal });
      return {
        key,
        versionId,
        ...(DeleteMarker ? { deleteMarker: true, deleteMarkerVersionId: VersionId } : {}),
      };
    });
  }

  /** A batch that is refused for want of Content-MD5 turns it on, where that is left to be found out. */
  async #deleteBatchAdjusting(
    targets: readonly DeleteTarget[],
    call: DriverCall,
  ): Promise<BatchDeleteResult> {
    const sentMd5 = this.#contentMd5.active;
    try {
      return await this.#deleteBatch(targets, call);
    } catch (error) {
      const adjustable = this.#quirks.contentMd5 === 'auto' && !sentMd5;
      if (!adjustable || !(error instanceof StoreError) || !wantsContentMd5(error)) throw error;
      this.#contentMd5.active = true;
      throw adjustedError(
        error,
        `the service wants Content-MD5 with batch deletes (${error.message}); it is sent from now on. ` +
          `Set quirks.contentMd5 to true, or the profile of the service, to save the refusals`,
      );
    }
  }

  async #deleteBatch(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchDeleteResult> {
    const { quietDeletes, checksumAlgorithm } = this.#quirks;
    const command = new DeleteObjectsCommand({
      Bucket: this.#bucket,
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
    return this.#run('deleteBatch', undefined, call, async (abortSignal) => {
      const { Deleted = [], Errors = [] } = await this.#client.send(command, { abortSignal });
      const failed = Errors.map(({ Key = '', VersionId, Code, Message }) => ({
        key: Key,
        versionId: VersionId,
        reason: keyFailure(Code, Message),
      }));
      if (!quietDeletes) {
        return {
          deleted: Deleted.map(({ Key = '', VersionId, DeleteMarker, DeleteMarkerVersionId }) => ({
            key: Key,
            versionId: VersionId,
            deleteMarker: DeleteMarker,
            deleteMarkerVersionId: DeleteMarkerVersionId,
          })),
          failed,
        };
      }
      // The protocol of a quiet answer: a DeleteResult (which was looked at) names what was not deleted.
      const refused = new Set(failed.map(({ key, versionId }) => JSON.stringify([key, versionId])));
      const rest = targets.filter(({ key, versionId }) => !refused.has(JSON.stringify([key, versionId])));
      return { deleted: rest, failed };
    });
  }

  async createUpload(request: CreateUploadRequest, call: DriverCall): Promise<string> {
    const { key } = request;
    const command = new CreateMultipartUploadCommand({
      Bucket: this.#bucket,
      Key: key,
      ...putAttributes(request),
    });
    return this.#run('put', key, call, async (abortSignal) => {
      const { UploadId } = await this.#client.send(command, { abortSignal });
      if (!UploadId) throw new StoreError('Corrupt', 'the service began an upload without an id');
      return UploadId;
    });
  }

  async uploadPart(request: UploadPartRequest, call: DriverCall): Promise<string> {
    const { key, uploadId, partNumber, body } = request;
    const command = new UploadPartCommand({
      Bucket: this.#bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: partNumber,
      Body: body,
    });
    return this.#run(
      'put',
      key,
      call,
      async (abortSignal) => {
        const { ETag } = await this.#client.send(command, { abortSignal });
        if (!ETag) throw new StoreError('Corrupt', 'the service took a part without an ETag');
        return ETag;
      },
      body.length,
    );
  }

  async completeUpload(request: CompleteUploadRequest, call: DriverCall): Promise<WriteResult> {
    const { key, uploadId, parts } = request;
    const command = new CompleteMultipartUploadCommand({
      Bucket: this.#bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: {
        Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })),
      },
      ...writeConditions(request),
    });
    return this.#run('put', key, call, async (abortSignal) => {
      const { ETag, VersionId } = await this.#client.send(command, { abortSignal });
      return { key, etag: ETag, versionId: VersionId };
    });
  }

  async abortUpload({ key, uploadId }: AbortUploadRequest, call: DriverCall): Promise<void> {
    const command = new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId });
    try {
      await this.#run('abortUpload', key, call, (abortSignal) => this.#client.send(command, { abortSignal }));
    } catch (error) {
      if (!(error instanceof StoreError && error.providerCode === 'NoSuchUpload')) throw error;
    }
  }

  async presign(request: PresignRequest, call: DriverCall): Promise<string> {
    return this.#run('presign', request.key, call, () => presignRequest(this.#config, this.#quirks, request));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #readInput({ key, versionId, ifMatch, ifNoneMatch }: ReadRequest) {
    return {
      Bucket: this.#bucket,
      Key: key,
      VersionId: versionId,
      IfMatch: ifMatch,
      IfNoneMatch: ifNoneMatch,
    };
  }

  /** @param bytes of the request's body, which may need longer than the time-out */
  async #run<T>(
    operation: string,
    key: string | undefined,
    { signal }: DriverCall,
    work: (signal: AbortSignal) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    const ms = timeoutOf(this.#config) + Math.ceil((bytes / SLOWEST_UPLOAD) * 1000);
    try {
      return await withDeadline({ signal, ms, operation }, work);
    } catch (error) {
      throw translate(error, { operation, bucket: this.#bucket, key });
    }
  }
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
