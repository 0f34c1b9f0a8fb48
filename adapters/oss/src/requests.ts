import {
  StoreError,
  withDeadline,
  type DriverCall,
  type PostForm,
  type PostFormRequest,
  type PresignRequest,
} from '@store/driver';
import {
  documentIn,
  etagOf,
  HttpTransport,
  networkError,
  requestFailure,
  timeoutOf,
  type AnswerHeaders,
  type HttpAnswer,
  type HttpCall,
  type Service,
  type ServiceRequest,
  type XmlElement,
} from '@store/kit';
import type { OssConfig } from './config.js';
import { DIALECT } from './dialect.js';
import { refusal } from './errors.js';
import { OssSigner } from './signer.js';
import { checkWrittenEtag } from './written-etag.js';

/** How an answer is read: see {@link HttpCall}. */
type AnswerForm = Pick<HttpCall, 'stream' | 'wholeBytes' | 'short'>;

/** Sends requests to one bucket: each ends in time, and fails in the words of this library. */
export class Requests implements Service {
  readonly bucket: string;
  readonly dialect = DIALECT;
  readonly #config: OssConfig;
  readonly #signer: OssSigner;
  readonly #transport: HttpTransport;

  /** @param options `service`: requests are about the account, not about the bucket */
  constructor(config: OssConfig, { service = false }: { readonly service?: boolean } = {}) {
    this.bucket = config.bucket;
    this.#config = config;
    this.#signer = new OssSigner(config, service);
    this.#transport = new HttpTransport(config);
  }

  ask<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    root: string,
    read: (document: XmlElement, headers: AnswerHeaders) => T,
    byBytes?: (answer: Buffer, headers: AnswerHeaders) => T | undefined,
  ): Promise<T> {
    const expected = { statuses: [200], root };
    return this.send(operation, call, request, expected.statuses, (answer) => {
      const { status, data, headers } = answer;
      const known = status === 200 ? byBytes?.(data, headers) : undefined;
      return known ?? read(documentIn(answer, expected), headers);
    });
  }

  tell<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    read: (headers: AnswerHeaders) => T,
    statuses: readonly number[] = [request.method === 'DELETE' ? 204 : 200],
  ): Promise<T> {
    const readHead = (answer: HttpAnswer): T => {
      documentIn(answer, { statuses });
      return read(answer.headers);
    };
    return this.send(operation, call, request, statuses, readHead, { short: true });
  }

  upload<T>(call: DriverCall, request: ServiceRequest, read: (headers: AnswerHeaders) => T): Promise<T> {
    const statuses = [200];
    const readHead = (answer: HttpAnswer, contentMd5: string): T => {
      documentIn(answer, { statuses });
      checkWrittenEtag(answer.headers, contentMd5);
      return read(answer.headers);
    };
    return this.send('put', call, request, statuses, readHead, { short: true });
  }

  download<T>(
    call: DriverCall,
    request: ServiceRequest,
    wholeBytes: number | undefined,
    read: (answer: HttpAnswer) => T,
  ): Promise<T> {
    const { range } = request.headers ?? {};
    // Without it OSS answers a range that cannot be satisfied with the whole object.
    const behaviour = range === undefined ? {} : { 'x-oss-range-behavior': 'standard' };
    const sent = { ...request, headers: { ...request.headers, ...behaviour } };
    const readObject = (answer: HttpAnswer): T => {
      etagOf(answer.headers);
      return read(answer);
    };
    const form = { stream: true, wholeBytes };
    return this.send('get', call, sent, [range === undefined ? 200 : 206], readObject, form);
  }

  /**
   * @param statuses of a success. No other one is: a 202 to a DELETE has deleted nothing
   * @param read what a success says; what is wrong with it is told like any other failure. With the MD5 of the content that was sent,
   * in base64
   */
  async send<T>(
    operation: string,
    { signal }: DriverCall,
    request: ServiceRequest,
    statuses: readonly number[],
    read: (answer: HttpAnswer, contentMd5: string) => T,
    form: AnswerForm = {},
  ): Promise<T> {
    const { key, about = key, kept, content, moves } = request;
    const where = { provider: 'oss', operation, key: about };
    if (key !== undefined) this.checkKey(operation, key);
    const ms = timeoutOf(this.#config, moves ?? kept?.size ?? content?.length ?? form.wholeBytes);
    // While the service moves bytes by itself, nothing moves here.
    const idleMs = moves === undefined ? timeoutOf(this.#config) : ms;
    let answer: HttpAnswer | undefined;
    let md5 = '';
    try {
      answer = await withDeadline({ signal, ms, operation }, async (deadline) => {
        const { url, contentMd5 = '', ...sent } = await this.#signer.sign(request, deadline);
        md5 = contentMd5;
        return this.#transport.send(url, { ...sent, ...form, idleMs, signal: deadline });
      });
      if (statuses.includes(answer.status)) return read(answer, md5);
    } catch (error) {
      if (form.stream) answer?.res.destroy();
      throw requestFailure(error, where);
    }
    // A stream that nobody reads would keep its socket.
    if (form.stream) answer.res.destroy();
    throw refusal(answer, this.bucket, where);
  }

  /** What a transfer ended with, in the words of this library. */
  failure(thrown: unknown, operation: string, key: string | undefined): StoreError {
    return requestFailure(networkError(thrown), { provider: 'oss', operation, key });
  }

  async presign(request: PresignRequest): Promise<string> {
    this.checkKey('presign', request.key);
    return this.#signer.presign(request);
  }

  async postForm(request: PostFormRequest): Promise<PostForm> {
    this.checkKey('presignPost', request.key);
    return this.#signer.postForm(request);
  }

  /**
   * OSS takes no key that begins with a slash or a backslash (EC 0016-00000005). An empty one would make a request on
   * the bucket: `DELETE /`.
   */
  checkKey(operation: string, key: string): void {
    if (key !== '' && !/^[/\\]/.test(key)) return;
    const message =
      key === '' ? 'the empty string is not a key' : 'OSS takes no key that begins with "/" or "\\"';
    throw new StoreError('InvalidArgument', message, { provider: 'oss', operation, key });
  }

  close(): void {
    this.#transport.close();
  }
}
