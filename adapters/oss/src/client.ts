import { createHash } from 'node:crypto';
import { HttpTransport, type HttpAnswer, type HttpCall } from '@store/kit';
import OSS from 'ali-oss';
import type { OssConfig } from './config.js';

/** How often temporary credentials are asked for anew, in milliseconds. */
const REFRESH_MS = 5 * 60_000;

/** A request as the SDK's signed path takes it (`client.request`, which its types leave out). */
export interface SignedRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';
  readonly object?: string | undefined;
  /** Parameters that belong to what version 1 signs. */
  readonly subres?: Record<string, string> | undefined;
  readonly query?: Record<string, string> | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly content?: Buffer | undefined;
  readonly ctx: CallContext;
}

/** It travels through the SDK as its `ctx`. */
type CallContext = Pick<HttpCall, 'signal' | 'stream' | 'short' | 'idleMs'> & {
  /** Told why there is no answer: of an error that passes through the SDK little is left. */
  readonly failed?: (error: unknown) => void;
};

interface SigningClient {
  /** Sent only when it has `nodejs` in it. */
  userAgent: string;
  options: { accessKeyId: string; accessKeySecret: string; stsToken?: string | undefined };
  request(parameters: SignedRequest & { readonly bucket?: string }): Promise<HttpAnswer>;
  signatureUrlV4(
    method: string,
    expires: number,
    request: { readonly headers: Record<string, string> },
    name: string,
  ): Promise<string>;
  asyncSignatureUrl(
    name: string,
    options: { method: string; expires: number; 'Content-Type'?: string },
  ): Promise<string>;
}

/**
 * The SDK for one store: it signs requests; the kit's transport sends, and answers are judged above. The transport stands
 * in for the SDK's own HTTP client (its option `urllib`), which runs paths through `new URL()`, knows no `AbortSignal`,
 * and shares its sockets with the whole process. Measured with ali-oss 6.23.
 */
export class OssClient {
  readonly #transport: HttpTransport;
  readonly #config: OssConfig;
  readonly #client: SigningClient;
  readonly #bucket: string | undefined;
  #refreshedAt = Date.now();
  #refreshing: Promise<void> | undefined;

  /** @param service requests go to the service's own address, without a bucket */
  constructor(config: OssConfig, service = false) {
    this.#transport = new HttpTransport(config);
    this.#config = config;
    this.#bucket = service ? undefined : config.bucket;
    const { accessKeyId, accessKeySecret, bucket, region, internal, accelerate } = config;
    const scheme = config.secure === false ? 'http' : 'https';
    const endpoint = config.endpoint ?? (accelerate ? `${scheme}://oss-accelerate.aliyuncs.com` : undefined);
    const options = {
      accessKeyId,
      accessKeySecret,
      ...(service ? {} : { bucket }),
      region,
      internal: internal ?? false,
      secure: config.secure ?? true,
      cname: config.cname ?? false,
      authorizationV4: config.authorization !== 'v1',
      // The SDK repeats nothing: core does.
      retryMax: 0,
      sldEnable: config.pathStyle ?? false,
      urllib: { request: this.#send },
      ...(endpoint === undefined ? {} : { endpoint }),
    };
    // Its types know neither `urllib` nor `request`.
    this.#client = new OSS(options) as unknown as SigningClient;
    // Set here: the SDK's constructor would print advice about refreshing.
    this.#client.options.stsToken = config.stsToken;
    if (config.userAgent !== undefined) this.#client.userAgent = `${config.userAgent} (nodejs)`;
  }

  /** Signs and sends. Fresh objects in each call: the SDK writes into them. */
  async request(parameters: SignedRequest): Promise<HttpAnswer> {
    await this.#refresh();
    const { headers = {}, query = {}, subres = {}, content } = parameters;
    // The SDK would copy the content to make the digest.
    const md5 = content && createHash('md5').update(content).digest('base64');
    let failure: unknown;
    const failed = (error: unknown): void => {
      failure = error;
    };
    try {
      // Without `successStatuses` the SDK resolves to every answer there is.
      return await this.#client.request({
        ...parameters,
        ...(this.#bucket === undefined ? {} : { bucket: this.#bucket }),
        headers: { ...headers, ...(md5 === undefined ? {} : { 'Content-MD5': md5 }) },
        query: { ...query },
        subres: { ...subres },
        ctx: { ...parameters.ctx, failed },
      });
    } catch (error) {
      // The SDK makes "Unknow error, status: undefined" of it.
      throw failure ?? error;
    }
  }

  /** @param contentType is signed, and has to be sent as it is here; without one, none may be sent */
  async presign(
    method: string,
    key: string,
    expires: number,
    contentType: string | undefined,
  ): Promise<string> {
    await this.#refresh();
    const headers = contentType === undefined ? {} : { 'Content-Type': contentType };
    return this.#config.authorization === 'v1'
      ? this.#client.asyncSignatureUrl(key, { method, expires, ...headers })
      : this.#client.signatureUrlV4(method, expires, { headers }, key);
  }

  readonly #send = async (
    url: string,
    {
      method,
      headers,
      content,
      ctx,
    }: Pick<HttpCall, 'method' | 'headers' | 'content'> & { ctx: CallContext },
  ): Promise<HttpAnswer> => {
    const { failed, ...call } = ctx;
    try {
      return await this.#transport.send(url, { method, headers, content, ...call });
    } catch (error) {
      failed?.(error);
      throw error;
    }
  };

  close(): void {
    this.#transport.close();
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
