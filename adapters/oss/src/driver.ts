import { addAbortSignal } from 'node:stream';
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
  type Lifecycle,
  type LifecycleUpdate,
  type ListPage,
  type ListPageRequest,
  type ListPartsPage,
  type ListPartsPageRequest,
  type ListUploadsPage,
  type ListUploadsPageRequest,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type ObjectInfo,
  type PresignRequest,
  type PutRequest,
  type ReadRequest,
  type RestoreRequest,
  type SetTagsRequest,
  type StoreDriver,
  type Tags,
  type TagsRequest,
  type UploadPartCopyRequest,
  type UploadPartRequest,
  type WriteResult,
} from '@store/core';
import { checkContentRange, isUrlEncoded, objectBody, readDeleteResult, undocumented } from '@store/kit';
import { attributeHeaders, headerOf, infoOf } from './attributes.js';
import type { OssConfig } from './config.js';
import { keyFailure } from './errors.js';
import { getLifecycle, putLifecycle } from './lifecycle.js';
import { listObjectsV1, listObjectsV2, listParts, listUploads, listVersions } from './listings.js';
import { checkKey, given, Requests, XML } from './requests.js';
import { tagsOf } from './tagging.js';
import type { TransportResult } from './transport.js';
import { escapeText, parseAnswer } from './xml.js';

const MIB = 1024 * 1024;

/** Alibaba Cloud OSS, signed by its SDK. Each method is one request. */
export class OssDriver implements StoreDriver {
  readonly provider = 'oss';
  readonly capabilities: Capabilities = defineCapabilities({
    // https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
    keys: { maxBytes: 1023 },
    list: { order: 'utf8', startAfter: true, maxPageSize: 1000, delimiter: 'any' },
    batchDelete: { maxKeys: 1000, maxBytes: 2 * MIB, keys: 'any', silentFailures: true },
    multipart: {
      minPartBytes: 100 * 1024,
      maxPartBytes: 5 * 1024 * MIB,
      maxParts: 10_000,
      // https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject: larger ones by UploadPartCopy.
      maxCopyBytes: 1000 ** 3,
    },
    conditionalPut: { ifAbsent: true, ifMatch: false },
    conditionalRead: true,
    versions: true,
    listUploads: true,
    tags: true,
    storageClasses: true,
    restore: true,
    // https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketlifecycle
    lifecycle: { maxRules: 1000, overlap: false },
    presign: true,
    passThrough: ['requestPayer'],
  });
  readonly #config: OssConfig;
  readonly #requests: Requests;

  constructor(config: OssConfig) {
    this.#config = config;
    this.#requests = new Requests(config);
  }

  async listPage(request: ListPageRequest, call: DriverCall): Promise<ListPage> {
    const list = this.#config.listVersion === 1 ? listObjectsV1 : listObjectsV2;
    return list(this.#requests, request, call);
  }

  async listVersionsPage(request: ListVersionsPageRequest, call: DriverCall): Promise<ListVersionsPage> {
    return listVersions(this.#requests, request, call);
  }

  async listUploadsPage(request: ListUploadsPageRequest, call: DriverCall): Promise<ListUploadsPage> {
    return listUploads(this.#requests, request, call);
  }

  async listPartsPage(request: ListPartsPageRequest, call: DriverCall): Promise<ListPartsPage> {
    return listParts(this.#requests, request, call);
  }

  async head(request: ReadRequest, call: DriverCall): Promise<ObjectInfo> {
    const { key } = request;
    const { headers } = await this.#requests.send('head', key, call, {
      method: 'HEAD',
      ...readParameters(request),
    });
    this.#etagOf('head', key, headers);
    return infoOf(key, headers);
  }

  async get(request: GetRequest, call: DriverCall): Promise<GetResult> {
    const { key, range } = request;
    const parameters = readParameters(request);
    const headers = {
      ...parameters.headers,
      // Without it OSS answers a range that cannot be satisfied with the whole object.
      ...(range
        ? { Range: `bytes=${range.start}-${range.end ?? ''}`, 'x-oss-range-behavior': 'standard' }
        : {}),
    };
    const sent = { method: 'GET', ...parameters, headers, successStatuses: [range ? 206 : 200] } as const;
    const answer = await this.#requests.send('get', key, call, sent, { stream: true });
    const { headers: given, res } = answer;
    let bytes: number | undefined;
    try {
      this.#etagOf('get', key, given);
      const header = headerOf(given, 'content-range');
      bytes = this.#requests.read('get', () => checkContentRange(range, { status: res.statusCode, header }));
    } catch (error) {
      res.destroy();
      throw error;
    }
    const body = objectBody(res, (error) => this.#requests.failure(error, 'get', key), bytes);
    return { info: infoOf(key, given), body: call.signal ? addAbortSignal(call.signal, body) : body };
  }

  async put(request: PutRequest, call: DriverCall): Promise<WriteResult> {
    const { key, body } = request;
    if (!(body instanceof Uint8Array))
      throw new StoreError('InvalidArgument', 'a stream was given, and streamingPut is false');
    const headers = { ...attributeHeaders(request), ...forbidOverwrite(request) };
    const answer = await this.#requests.send('put', key, call, {
      method: 'PUT',
      headers,
      content: viewOf(body),
      emptyAnswer: true,
    });
    const etag = this.#etagOf('put', key, answer.headers);
    return { key, etag, versionId: headerOf(answer.headers, 'x-oss-version-id') };
  }

  async copy(request: CopyRequest, call: DriverCall): Promise<WriteResult> {
    const { from, to, storageClass } = request;
    const headers = this.#copyHeaders(request, given({ 'x-oss-storage-class': storageClass }));
    const answer = await this.#requests.send('copy', to, call, { method: 'PUT', headers }, { about: from });
    const etag = this.#needed('copy', to, answer.data, 'CopyObjectResult', 'ETag');
    return { key: to, etag, versionId: headerOf(answer.headers, 'x-oss-version-id') };
  }

  async deleteOne({ key, versionId }: DeleteTarget, call: DriverCall): Promise<DeletedTarget> {
    const sent = {
      method: 'DELETE',
      subres: given({ versionId }),
      headers: payer(call),
      successStatuses: [204],
      emptyAnswer: true,
    } as const;
    const { headers } = await this.#requests.send('delete', key, call, sent);
    const marker = headerOf(headers, 'x-oss-delete-marker') === 'true';
    const deleteMarkerVersionId = headerOf(headers, 'x-oss-version-id');
    return { key, versionId, ...(marker ? { deleteMarker: true, deleteMarkerVersionId } : {}) };
  }

  /**
   * DeleteMultipleObjects, with a body of our own: the SDK's `deleteMulti` strips leading slashes, drops refusals and
   * takes any 200 for a success.
   */
  async deleteBatch(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchDeleteResult> {
    for (const { key } of targets) checkKey('deleteBatch', key);
    const objects = targets.map(({ key, versionId }) => {
      const version = versionId === undefined ? '' : `<VersionId>${escapeText(versionId)}</VersionId>`;
      return `<Object><Key>${escapeText(key)}</Key>${version}</Object>`;
    });
    const xml = `<?xml version="1.0" encoding="UTF-8"?><Delete><Quiet>false</Quiet>${objects.join('')}</Delete>`;
    const { data } = await this.#requests.send('deleteBatch', undefined, call, {
      method: 'POST',
      subres: { delete: '' },
      query: { 'encoding-type': 'url' },
      headers: { ...XML, ...payer(call) },
      content: Buffer.from(xml),
    });
    return this.#requests.read('deleteBatch', () => {
      const root = parseAnswer(data, 'DeleteResult');
      const encoding = { url: isUrlEncoded(root), plusIsSpace: false };
      // OSS names no failures (its documentation has none); what names one is believed.
      return readDeleteResult(root, targets, { encoding, failureOf: keyFailure });
    });
  }

  async createUpload(request: CreateUploadRequest, call: DriverCall): Promise<string> {
    const { key } = request;
    const sent = { method: 'POST', subres: { uploads: '' }, headers: attributeHeaders(request) } as const;
    const { data } = await this.#requests.send('put', key, call, sent);
    return this.#needed('put', key, data, 'InitiateMultipartUploadResult', 'UploadId');
  }

  async uploadPart(
    { key, uploadId, partNumber, body }: UploadPartRequest,
    call: DriverCall,
  ): Promise<string> {
    const subres = { uploadId, partNumber: String(partNumber) };
    const sent = { method: 'PUT', subres, content: viewOf(body), emptyAnswer: true } as const;
    const { headers } = await this.#requests.send('put', key, call, sent);
    return this.#etagOf('put', key, headers);
  }

  async uploadPartCopy(request: UploadPartCopyRequest, call: DriverCall): Promise<string> {
    const { key, uploadId, partNumber, from, range, ifMatch } = request;
    const headers = this.#copyHeaders(request, {
      'x-oss-copy-source-range': `bytes=${range.start}-${range.end}`,
      ...given({ 'x-oss-copy-source-if-match': ifMatch }),
    });
    const subres = { uploadId, partNumber: String(partNumber) };
    const options = { about: from, bytes: range.end - range.start };
    const { data } = await this.#requests.send(
      'copy',
      key,
      call,
      { method: 'PUT', subres, headers },
      options,
    );
    return this.#needed('copy', key, data, 'CopyPartResult', 'ETag');
  }

  async getTags({ key, versionId }: TagsRequest, call: DriverCall): Promise<Tags> {
    const subres = { tagging: '', ...given({ versionId }) };
    const { data } = await this.#requests.send('getTags', key, call, { method: 'GET', subres });
    return tagsOf(this.#requests.read('getTags', () => parseAnswer(data, 'Tagging')));
  }

  async setTags({ key, versionId, tags }: SetTagsRequest, call: DriverCall): Promise<void> {
    const set = Object.entries(tags).map(
      ([name, value]) => `<Tag><Key>${escapeText(name)}</Key><Value>${escapeText(value)}</Value></Tag>`,
    );
    await this.#requests.send('setTags', key, call, {
      method: 'PUT',
      subres: { tagging: '', ...given({ versionId }) },
      headers: XML,
      content: Buffer.from(`<Tagging><TagSet>${set.join('')}</TagSet></Tagging>`),
      emptyAnswer: true,
    });
  }

  async restore({ key, versionId, days, tier }: RestoreRequest, call: DriverCall): Promise<void> {
    const parameters =
      tier === undefined ? '' : `<JobParameters><Tier>${escapeText(tier)}</Tier></JobParameters>`;
    try {
      await this.#requests.send('restore', key, call, {
        method: 'POST',
        subres: { restore: '', ...given({ versionId }) },
        headers: XML,
        content: Buffer.from(`<RestoreRequest><Days>${days}</Days>${parameters}</RestoreRequest>`),
        // 202: begun; 200: back already.
        successStatuses: [200, 202],
        emptyAnswer: true,
      });
    } catch (error) {
      if (!(error instanceof StoreError && error.providerCode === 'RestoreAlreadyInProgress')) throw error;
    }
  }

  async getLifecycle(call: DriverCall): Promise<Lifecycle> {
    return getLifecycle(this.#requests, call);
  }

  async putLifecycle(update: LifecycleUpdate, call: DriverCall): Promise<void> {
    return putLifecycle(this.#requests, update, call);
  }

  async completeUpload(request: CompleteUploadRequest, call: DriverCall): Promise<WriteResult> {
    const { key, uploadId, parts } = request;
    const listed = parts.map(
      ({ partNumber, etag }) =>
        `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeText(etag)}</ETag></Part>`,
    );
    const answer = await this.#requests.send('put', key, call, {
      method: 'POST',
      subres: { uploadId },
      headers: { ...XML, ...forbidOverwrite(request) },
      content: Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`),
    });
    const etag = this.#needed('put', key, answer.data, 'CompleteMultipartUploadResult', 'ETag');
    return { key, etag, versionId: headerOf(answer.headers, 'x-oss-version-id') };
  }

  async abortUpload({ key, uploadId }: AbortUploadRequest, call: DriverCall): Promise<void> {
    try {
      await this.#requests.send('abortUpload', key, call, {
        method: 'DELETE',
        subres: { uploadId },
        successStatuses: [204],
        emptyAnswer: true,
      });
    } catch (error) {
      if (!(error instanceof StoreError && error.providerCode === 'NoSuchUpload')) throw error;
    }
  }

  async presign({ key, method, expiresIn, contentType }: PresignRequest): Promise<string> {
    checkKey('presign', key);
    return this.#requests.presign(method, key, expiresIn, contentType);
  }

  async close(): Promise<void> {
    this.#requests.close();
  }

  /** Every answer about an object's bytes has one; a page of a proxy with a good status has none. */
  #etagOf(operation: string, key: string, headers: TransportResult['headers']): string {
    const etag = headerOf(headers, 'etag');
    if (etag) return etag;
    throw this.#strange(operation, key, 'the answer has no ETag');
  }

  /** What a success has to say in its document. */
  #needed(operation: string, key: string, data: Buffer, root: string, name: string): string {
    const answer = this.#requests.read(operation, () => parseAnswer(data, root));
    const text = answer.textOf(name);
    if (text) return text;
    throw this.#strange(operation, key, `the ${root} has no ${name}`);
  }

  #strange(operation: string, key: string, message: string): StoreError {
    return undocumented(message, { provider: 'oss', operation, key });
  }

  #copyHeaders(
    { from, fromVersionId }: Pick<CopyRequest, 'from' | 'fromVersionId'>,
    headers: Record<string, string>,
  ): Record<string, string> {
    checkKey('copy', from);
    const version = fromVersionId === undefined ? '' : `?versionId=${encodeURIComponent(fromVersionId)}`;
    return {
      'x-oss-copy-source': `/${this.#config.bucket}/${encodeURIComponent(from)}${version}`,
      ...headers,
    };
  }
}

/** The same bytes, not a copy: a part is large, and several are on their way. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readParameters({ versionId, ifMatch, ifNoneMatch }: ReadRequest) {
  return {
    subres: given({ versionId }),
    headers: given({ 'If-Match': ifMatch, 'If-None-Match': ifNoneMatch }),
  };
}

function forbidOverwrite({ ifAbsent }: { readonly ifAbsent?: boolean | undefined }): Record<string, string> {
  return ifAbsent ? { 'x-oss-forbid-overwrite': 'true' } : {};
}

function payer({ pass }: DriverCall): Record<string, string> {
  return pass?.requestPayer ? { 'x-oss-request-payer': 'requester' } : {};
}
