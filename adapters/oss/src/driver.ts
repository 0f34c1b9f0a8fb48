import { addAbortSignal } from 'node:stream';
import {
  defineCapabilities,
  StoreError,
  withDeadline,
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
import { attributeHeaders, headerOf, infoOf } from './attributes.js';
import { OssClient, type SignedRequest } from './client.js';
import type { OssConfig } from './config.js';
import { translate } from './errors.js';
import {
  decodeKey,
  joinMarkers,
  objectEntries,
  splitMarkers,
  uploadEntries,
  versionEntries,
} from './listed.js';
import { Transport, type TransportResult } from './transport.js';
import { escapeText, nodes, parseAnswer, textIn } from './xml.js';

const MIB = 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_SOCKETS = 64;

/** Slowest upload that is waited for, in bytes a second, on top of the time-out. */
const SLOWEST_UPLOAD = 64 * 1024;

type Request = Omit<SignedRequest, 'ctx' | 'successStatuses'> & {
  readonly successStatuses?: readonly number[];
};

/** Alibaba Cloud OSS, signed by its SDK. Each method is one request. */
export class OssDriver implements StoreDriver {
  readonly provider = 'oss';
  readonly capabilities: Capabilities = defineCapabilities({
    // https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
    keys: { maxBytes: 1023 },
    list: { order: 'utf8', startAfter: true, maxPageSize: 1000, delimiter: 'any' },
    batchDelete: { maxKeys: 1000, maxBytes: 2 * MIB, keys: 'any', silentFailures: true },
    multipart: { minPartBytes: 100 * 1024, maxPartBytes: 5 * 1024 * MIB, maxParts: 10_000 },
    conditionalPut: { ifAbsent: true, ifMatch: false },
    conditionalRead: true,
    versions: true,
    listUploads: true,
    presign: true,
    passThrough: ['requestPayer'],
  });
  readonly #config: OssConfig;
  readonly #transport: Transport;
  readonly #client: OssClient;

  constructor(config: OssConfig) {
    this.#config = config;
    this.#transport = new Transport(config.maxSockets ?? DEFAULT_MAX_SOCKETS);
    this.#client = new OssClient(config, this.#transport);
  }

  async listPage(
    { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest,
    call: DriverCall,
  ): Promise<ListPage> {
    const first = this.#config.listVersion === 1;
    const query = {
      'encoding-type': 'url',
      'max-keys': String(maxKeys),
      ...given({ prefix, delimiter }),
      ...(first
        ? given({ marker: token ?? startAfter })
        : given({ 'list-type': '2', 'start-after': startAfter })),
    };
    const subres = first ? {} : given({ 'continuation-token': token });
    const { data } = await this.#send('list', undefined, call, { method: 'GET', query, subres });
    return this.#read('list', () => {
      const page = parseAnswer(data, 'ListBucketResult');
      const marker = textIn(page, 'NextMarker');
      return {
        ...objectEntries(page),
        truncated: textIn(page, 'IsTruncated') === 'true',
        nextToken: first ? marker && decodeKey(page)(marker) : textIn(page, 'NextContinuationToken'),
      };
    });
  }

  async listVersionsPage(
    { prefix, token, startAfter, maxKeys }: ListVersionsPageRequest,
    call: DriverCall,
  ): Promise<ListVersionsPage> {
    const [key, version] = token === undefined ? [startAfter, undefined] : splitMarkers(token);
    const query = {
      'encoding-type': 'url',
      'max-keys': String(maxKeys),
      ...given({ prefix, 'key-marker': key, 'version-id-marker': version }),
    };
    const { data } = await this.#send('listVersions', undefined, call, {
      method: 'GET',
      query,
      subres: { versions: '' },
    });
    const page = this.#read('listVersions', () => parseAnswer(data, 'ListVersionsResult'));
    return {
      versions: versionEntries(page),
      truncated: textIn(page, 'IsTruncated') === 'true',
      nextToken: joinMarkers(page, 'NextKeyMarker', 'NextVersionIdMarker'),
    };
  }

  async listUploadsPage(
    { prefix, token, maxUploads }: ListUploadsPageRequest,
    call: DriverCall,
  ): Promise<ListUploadsPage> {
    const [key, id] = token === undefined ? [] : splitMarkers(token);
    const query = {
      'encoding-type': 'url',
      'max-uploads': String(maxUploads),
      ...given({ prefix, 'key-marker': key, 'upload-id-marker': id }),
    };
    const { data } = await this.#send('listUploads', undefined, call, {
      method: 'GET',
      query,
      subres: { uploads: '' },
    });
    const page = this.#read('listUploads', () => parseAnswer(data, 'ListMultipartUploadsResult'));
    return {
      uploads: uploadEntries(page),
      truncated: textIn(page, 'IsTruncated') === 'true',
      nextToken: joinMarkers(page, 'NextKeyMarker', 'NextUploadIdMarker'),
    };
  }

  async head(request: ReadRequest, call: DriverCall): Promise<ObjectInfo> {
    const { headers } = await this.#send('head', request.key, call, {
      method: 'HEAD',
      ...readParameters(request),
    });
    return infoOf(request.key, headers);
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
    const sent = { method: 'GET', ...parameters, headers, successStatuses: [200, 206] } as const;
    const answer = await this.#send('get', key, call, sent, { stream: true });
    const body = answer.res.setTimeout(this.#timeoutMs, () => answer.res.destroy(stalled(this.#timeoutMs)));
    return {
      info: infoOf(key, answer.headers),
      body: call.signal ? addAbortSignal(call.signal, body) : body,
    };
  }

  async put(request: PutRequest, call: DriverCall): Promise<WriteResult> {
    const { key, body } = request;
    if (!(body instanceof Uint8Array))
      throw new StoreError('InvalidArgument', 'a stream was given, and streamingPut is false');
    const headers = { ...attributeHeaders(request), ...forbidOverwrite(request) };
    const answer = await this.#send('put', key, call, { method: 'PUT', headers, content: viewOf(body) });
    return writeResult(key, answer);
  }

  async copy({ from, fromVersionId, to }: CopyRequest, call: DriverCall): Promise<WriteResult> {
    const version = fromVersionId === undefined ? '' : `?versionId=${encodeURIComponent(fromVersionId)}`;
    const headers = { 'x-oss-copy-source': `/${this.#config.bucket}/${encodeURIComponent(from)}${version}` };
    this.#checkKey('copy', from);
    const answer = await this.#send('copy', to, call, { method: 'PUT', headers }, { about: from });
    const etag = textIn(
      this.#read('copy', () => parseAnswer(answer.data, 'CopyObjectResult')),
      'ETag',
    );
    return { key: to, etag, versionId: headerOf(answer.headers, 'x-oss-version-id') };
  }

  async deleteOne({ key, versionId }: DeleteTarget, call: DriverCall): Promise<DeletedTarget> {
    const sent = { method: 'DELETE', subres: given({ versionId }), headers: payer(call) } as const;
    const { headers } = await this.#send('delete', key, call, sent);
    const marker = headerOf(headers, 'x-oss-delete-marker') === 'true';
    const deleteMarkerVersionId = headerOf(headers, 'x-oss-version-id');
    return { key, versionId, ...(marker ? { deleteMarker: true, deleteMarkerVersionId } : {}) };
  }

  /**
   * DeleteMultipleObjects, with a body of our own: the SDK's `deleteMulti` strips leading slashes, drops refusals and
   * takes any 200 for a success.
   */
  async deleteBatch(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchDeleteResult> {
    for (const { key } of targets) this.#checkKey('deleteBatch', key);
    const objects = targets.map(({ key, versionId }) => {
      const version = versionId === undefined ? '' : `<VersionId>${escapeText(versionId)}</VersionId>`;
      return `<Object><Key>${escapeText(key)}</Key>${version}</Object>`;
    });
    const xml = `<?xml version="1.0" encoding="UTF-8"?><Delete><Quiet>false</Quiet>${objects.join('')}</Delete>`;
    const { data } = await this.#send('deleteBatch', undefined, call, {
      method: 'POST',
      subres: { delete: '' },
      query: { 'encoding-type': 'url' },
      headers: { 'Content-Type': 'application/xml', ...payer(call) },
      content: Buffer.from(xml),
    });
    const answer = this.#read('deleteBatch', () => parseAnswer(data, 'DeleteResult'));
    const decode = decodeKey(answer);
    const deleted = nodes(answer, 'Deleted').map((one) => ({
      key: decode(textIn(one, 'Key')),
      versionId: textIn(one, 'VersionId'),
      deleteMarker: textIn(one, 'DeleteMarker') === 'true',
      deleteMarkerVersionId: textIn(one, 'DeleteMarkerVersionId'),
    }));
    return { deleted, failed: [] };
  }

  async createUpload(request: CreateUploadRequest, call: DriverCall): Promise<string> {
    const { key } = request;
    const sent = { method: 'POST', subres: { uploads: '' }, headers: attributeHeaders(request) } as const;
    const { data } = await this.#send('put', key, call, sent);
    const id = textIn(
      this.#read('put', () => parseAnswer(data, 'InitiateMultipartUploadResult')),
      'UploadId',
    );
    if (!id)
      throw new StoreError('Corrupt', 'the service began an upload without an id', { operation: 'put', key });
    return id;
  }

  async uploadPart(
    { key, uploadId, partNumber, body }: UploadPartRequest,
    call: DriverCall,
  ): Promise<string> {
    const subres = { uploadId, partNumber: String(partNumber) };
    const sent = { method: 'PUT', subres, content: viewOf(body) } as const;
    const { headers } = await this.#send('put', key, call, sent);
    const etag = headerOf(headers, 'etag');
    if (!etag)
      throw new StoreError('Corrupt', 'the service took a part without an ETag', { operation: 'put', key });
    return etag;
  }

  async completeUpload(request: CompleteUploadRequest, call: DriverCall): Promise<WriteResult> {
    const { key, uploadId, parts } = request;
    const listed = parts.map(
      ({ partNumber, etag }) =>
        `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeText(etag)}</ETag></Part>`,
    );
    const answer = await this.#send('put', key, call, {
      method: 'POST',
      subres: { uploadId },
      headers: { 'Content-Type': 'application/xml', ...forbidOverwrite(request) },
      content: Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`),
    });
    const etag = textIn(
      this.#read('put', () => parseAnswer(answer.data, 'CompleteMultipartUploadResult')),
      'ETag',
    );
    return { key, etag, versionId: headerOf(answer.headers, 'x-oss-version-id') };
  }

  async abortUpload({ key, uploadId }: AbortUploadRequest, call: DriverCall): Promise<void> {
    try {
      await this.#send('abortUpload', key, call, { method: 'DELETE', subres: { uploadId } });
    } catch (error) {
      if (!(error instanceof StoreError && error.providerCode === 'NoSuchUpload')) throw error;
    }
  }

  async presign({ key, method, expiresIn }: PresignRequest): Promise<string> {
    this.#checkKey('presign', key);
    return this.#client.presign(method, key, expiresIn);
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  get #timeoutMs(): number {
    return this.#config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** @param options `about`: the key that a failure is about, where it is not the one of the address */
  async #send(
    operation: string,
    key: string | undefined,
    { signal }: DriverCall,
    request: Request,
    { stream = false, about = key }: { readonly stream?: boolean; readonly about?: string | undefined } = {},
  ): Promise<TransportResult> {
    if (key !== undefined) this.#checkKey(operation, key);
    const ms = this.#timeoutMs + Math.ceil(((request.content?.length ?? 0) / SLOWEST_UPLOAD) * 1000);
    try {
      return await withDeadline({ signal, ms, operation }, (deadline) =>
        this.#client.request({
          successStatuses: [200, 204],
          ...request,
          object: key,
          ctx: { signal: deadline, stream },
        }),
      );
    } catch (error) {
      throw translate(error, { operation, bucket: this.#config.bucket, key: about });
    }
  }

  /** Reads an answer: what is wrong with it is told like any other failure. */
  #read<T>(operation: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translate(error, { operation, bucket: this.#config.bucket });
    }
  }

  /**
   * OSS takes no key that begins with a slash or a backslash (EC 0016-00000005). An empty one would make a request on
   * the bucket: `DELETE /`.
   */
  #checkKey(operation: string, key: string): void {
    if (key !== '' && !/^[/\\]/.test(key)) return;
    const message =
      key === '' ? 'the empty string is not a key' : 'OSS takes no key that begins with "/" or "\\"';
    throw new StoreError('InvalidArgument', message, { provider: 'oss', operation, key });
  }
}

/** The same bytes, not a copy: a part is large, and several are on their way. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The parameters that have a value: an empty one would be signed in another way than it is sent. */
function given(parameters: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(present);
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

function writeResult(key: string, { headers }: TransportResult): WriteResult {
  return { key, etag: headerOf(headers, 'etag'), versionId: headerOf(headers, 'x-oss-version-id') };
}

function stalled(ms: number): StoreError {
  return new StoreError('Timeout', `the body stopped flowing for ${ms} ms`, {
    provider: 'oss',
    operation: 'get',
  });
}
