import { createHash } from 'node:crypto';
import type { KeptBody, PostForm, PostFormRequest, PresignRequest } from '@store/driver';
import { digestsOf } from '@store/kit';
import OSS from 'ali-oss';
import type { OssConfig } from './config.js';

function given(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

/** What one request may bring: https://help.aliyun.com/en/oss/developer-reference/postobject */
const MOST_BYTES = 5 * 1024 ** 3;

/** How often temporary credentials are asked for anew, in milliseconds. */
const REFRESH_MS = 5 * 60_000;

/** A request as the SDK signs it (`client.request`, which its types leave out). */
export interface UnsignedRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';
  readonly object?: string | undefined;
  /** Parameters that belong to what version 1 signs. */
  readonly subres?: Record<string, string> | undefined;
  readonly query?: Record<string, string> | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly content?: Buffer | undefined;
  /** In place of `content`. */
  readonly kept?: KeptBody | undefined;
}

interface SignedRequest extends Pick<UnsignedRequest, 'method' | 'content' | 'kept'> {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** Of the content, in base64. */
  readonly contentMd5?: string | undefined;
}

interface SigningClient {
  /** Sent only when it has `nodejs` in it. */
  userAgent: string;
  options: { accessKeyId: string; accessKeySecret: string; stsToken?: string | undefined };
  request(parameters: UnsignedRequest & { readonly bucket?: string | undefined }): Promise<SignedRequest>;
  signatureUrlV4(method: string, expires: number, request: object, name: string): Promise<string>;
  asyncSignatureUrl(name: string, options: object): Promise<string>;
  calculatePostSignature(policy: object): { OSSAccessKeyId: string; Signature: string; policy: string };
  signPostObjectPolicyV4(policy: object, date: Date): string;
}

/**
 * The SDK for one store, which signs and does not send: its HTTP client runs paths through `new URL()`, knows no
 * `AbortSignal`, and shares its sockets with the whole process. Measured with ali-oss 6.23.
 */
export class OssSigner {
  readonly #config: OssConfig;
  readonly #client: SigningClient;
  readonly #bucket: string | undefined;
  #refreshedAt = Date.now();
  #refreshing: Promise<void> | undefined;

  /** @param service requests go to the service's own address, without a bucket */
  constructor(config: OssConfig, service: boolean) {
    this.#config = config;
    this.#bucket = service ? undefined : config.bucket;
    const { accessKeyId, accessKeySecret, bucket, region, internal, accelerate, secure = true } = config;
    const fastest = accelerate ? `${secure ? 'https' : 'http'}://oss-accelerate.aliyuncs.com` : undefined;
    const { endpoint = fastest } = config;
    const options = {
      accessKeyId,
      accessKeySecret,
      ...(!service && { bucket }),
      region,
      internal: internal ?? false,
      secure,
      cname: config.cname ?? false,
      authorizationV4: config.authorization !== 'v1',
      retryMax: 0,
      sldEnable: config.pathStyle ?? false,
      // What it would send with is handed what it has signed; of an answer without statuses to expect it wants nothing.
      urllib: { request: async (url: string, signed: object) => ({ ...signed, url }) },
      ...(endpoint !== undefined && { endpoint }),
    };
    // Its types know neither `urllib` nor `request`.
    this.#client = new OSS(options) as unknown as SigningClient;
    // Set here: the SDK's constructor would print advice about refreshing.
    this.#client.options.stsToken = config.stsToken;
    if (config.userAgent !== undefined) this.#client.userAgent = `${config.userAgent} (nodejs)`;
  }

  /** @param signal ends the reading of a body that is not in memory */
  async sign(request: UnsignedRequest, signal?: AbortSignal): Promise<SignedRequest> {
    await this.#refresh();
    const { kept, ...rest } = request;
    const { content } = rest;
    // The SDK would copy the content to make the digest.
    const contentMd5 = kept
      ? (await digestsOf(kept, ['md5'], signal)).md5
      : content && createHash('md5').update(content).digest('base64');
    const digest = contentMd5 === undefined ? undefined : { 'Content-MD5': contentMd5 };
    const { url, method, headers } = await this.#client.request({
      ...rest,
      ...(this.#bucket !== undefined && { bucket: this.#bucket }),
      // Fresh objects: the SDK writes into them.
      headers: { ...request.headers, ...digest },
      query: { ...request.query },
      subres: { ...request.subres },
    });
    return kept
      ? { url, method, headers: { ...headers, 'Content-Length': kept.size }, kept, contentMd5 }
      : { url, method, headers, content, contentMd5 };
  }

  /** A type that is given is signed, and has to be sent; without one, none may be. */
  async presign({
    method,
    key,
    expiresIn,
    contentType,
    contentDisposition,
  }: PresignRequest): Promise<string> {
    await this.#refresh();
    const headers = method === 'PUT' ? given({ 'Content-Type': contentType }) : {};
    const answer =
      method === 'GET'
        ? given({ 'content-type': contentType, 'content-disposition': contentDisposition })
        : {};
    if (this.#config.authorization === 'v1')
      return this.#client.asyncSignatureUrl(key, {
        method,
        expires: expiresIn,
        response: answer,
        ...headers,
      });
    const named = Object.entries(answer).map(([name, value]) => [`response-${name}`, value] as const);
    return this.#client.signatureUrlV4(
      method,
      expiresIn,
      { headers, queries: Object.fromEntries(named) },
      key,
    );
  }

  /** A form whose policy names its fields. */
  async postForm(request: PostFormRequest): Promise<PostForm> {
    await this.#refresh();
    const { accessKeyId, stsToken } = this.#client.options;
    const date = new Date();
    const time = date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const region = this.#config.region.replace(/^oss-/, '');
    const version4 = {
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-credential': `${accessKeyId}/${time.slice(0, 8)}/${region}/oss/aliyun_v4_request`,
      'x-oss-date': time,
    };
    const isV1 = this.#config.authorization === 'v1';
    const named = {
      key: request.key,
      // Goes before the type that browsers send with the file.
      ...given({ 'x-oss-content-type': request.contentType, 'x-oss-security-token': stsToken }),
      ...(isV1 ? {} : version4),
    };
    const { minBytes, maxBytes } = request;
    const limited = minBytes !== undefined || maxBytes !== undefined;
    const document = {
      expiration: new Date(date.getTime() + request.expiresIn * 1000).toISOString(),
      conditions: [
        { bucket: this.#config.bucket },
        ...Object.entries(named).map(([name, value]) => ['eq', `$${name}`, value]),
        ...(limited ? [['content-length-range', minBytes ?? 0, maxBytes ?? MOST_BYTES]] : []),
      ],
    };
    const signed = isV1
      ? this.#client.calculatePostSignature(document)
      : {
          policy: Buffer.from(JSON.stringify(document)).toString('base64'),
          'x-oss-signature': this.#client.signPostObjectPolicyV4(document, date),
        };
    // The bucket's address is what stands before the key of any object.
    const object = await this.presign({ key: 'k', method: 'GET', expiresIn: 1 });
    return { url: object.slice(0, object.indexOf('?') - 1), fields: { ...named, ...signed } };
  }

  /**
   * New credentials ahead of their end. Not by the SDK: when its refresh fails, it goes on with the old ones until
   * the next interval, without a word.
   */
  async #refresh(): Promise<void> {
    const { refreshSts } = this.#config;
    if (!refreshSts || Date.now() - this.#refreshedAt < REFRESH_MS) return;
    this.#refreshing ??= refreshSts()
      .then((fresh) => {
        Object.assign(this.#client.options, fresh);
        this.#refreshedAt = Date.now();
      })
      .finally(() => {
        this.#refreshing = undefined;
      });
    await this.#refreshing;
  }
}
