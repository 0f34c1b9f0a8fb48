import { createHash } from 'node:crypto';
import type { PostForm, PostFormRequest, PresignRequest } from '@store/driver';
import { digestsOf, givenValues, type UnsignedRequest } from '@store/kit';
import OSS from 'ali-oss';
import type { OssConfig } from './config.js';

/** The parameters that have a value. */
export function given(parameters: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(present);
}

/** What one request may bring: https://help.aliyun.com/en/oss/developer-reference/postobject */
const MOST_BYTES = 5 * 1024 ** 3;

/** How often temporary credentials are asked for anew, in milliseconds. */
const REFRESH_MS = 5 * 60_000;

/**
 * Parameters that belong to what version 1 signs, for which an empty one is a word alone. Any other one is left out when it is empty: it would be
 * signed in another way than it is sent.
 *
 * Source: https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header (of jobs: unconfirmed)
 */
const SUBRESOURCE =
  /^(?:batchJob\w*|continuation-token|delete|lifecycle|partNumber|requestedJobStatus|restore|statusUpdateReason|tagging|targetPriority|uploadId|uploads|versionId|versioning|versions)$/;

/** A request as the SDK signs it (`client.request`, which its types leave out). */
interface SdkRequest {
  readonly method: UnsignedRequest['method'];
  readonly bucket?: string | undefined;
  readonly object?: string | undefined;
  readonly subres: Record<string, string>;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly content?: Buffer | undefined;
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
  request(parameters: SdkRequest): Promise<SignedRequest>;
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
    const { method, key: object, content, kept } = request;
    // The SDK would copy the content to make the digest.
    const contentMd5 = kept
      ? (await digestsOf(kept, ['md5'], signal)).md5
      : content && createHash('md5').update(content).digest('base64');
    const parameters = Object.entries(givenValues(request.query));
    const isSubresource = ([name]: readonly [string, string]): boolean => SUBRESOURCE.test(name);
    const query = parameters.filter((one) => !isSubresource(one) && one[1] !== '');
    const { url, headers } = await this.#client.request({
      method,
      object,
      content,
      ...(this.#bucket !== undefined && { bucket: this.#bucket }),
      // Fresh objects: the SDK writes into them.
      headers: { ...givenValues(request.headers), ...given({ 'Content-MD5': contentMd5 }) },
      query: Object.fromEntries(query),
      subres: Object.fromEntries(parameters.filter(isSubresource)),
    });
    const length = kept && { 'Content-Length': kept.size };
    return { url, method, headers: { ...headers, ...length }, content, kept, contentMd5 };
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
