import {
  StoreError,
  withDeadline,
  type DriverCall,
  type PostForm,
  type PostFormRequest,
  type PresignRequest,
} from '@store/driver';
import {
  beginningOf,
  HttpTransport,
  networkError,
  requestFailure,
  timeoutOf,
  undocumented,
  whatCame,
  type HttpAnswer,
} from '@store/kit';
import type { OssConfig } from './config.js';
import { refusal } from './errors.js';
import { OssSigner, type UnsignedRequest } from './signer.js';

export const XML = { 'Content-Type': 'application/xml' };

/** How a delete succeeds, of whatever. */
export const GONE = { successStatuses: [204], emptyAnswer: true } as const;

export type Request = Omit<UnsignedRequest, 'object'> & {
  /** What a success has; default 200. No other status is one: a 202 to a DELETE has deleted nothing. */
  readonly successStatuses?: readonly number[];
  /** A success has no body. */
  readonly emptyAnswer?: true;
  /** A success has an object for its body, which is not read here. */
  readonly stream?: true;
  /** See `HttpCall.wholeBytes`. */
  readonly wholeBytes?: number | undefined;
  /** The key that a failure is about, where it is not the one of the address. */
  readonly about?: string | undefined;
  /** How many bytes the service has to move before it answers, where it is not the body. */
  readonly bytes?: number;
};

/** Sends requests to one bucket: each ends in time, and fails in the words of this library. */
export class Requests {
  readonly bucket: string;
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

  /**
   * @param read what a success says; what is wrong with it is told like any other failure. With the MD5 of the content that was sent,
   * in base64
   */
  async send<T>(
    operation: string,
    key: string | undefined,
    { signal }: DriverCall,
    request: Request,
    read: (answer: HttpAnswer, contentMd5: string) => T,
  ): Promise<T> {
    const {
      successStatuses = [200],
      emptyAnswer,
      stream,
      wholeBytes,
      about = key,
      bytes,
      ...unsigned
    } = request;
    const where = { provider: 'oss', operation, key: about };
    if (key !== undefined) checkKey(operation, key);
    const ms = timeoutOf(this.#config, bytes ?? request.kept?.size ?? request.content?.length ?? wholeBytes);
    // While the service moves bytes by itself, nothing moves here.
    const idleMs = bytes === undefined ? timeoutOf(this.#config) : ms;
    let answer: HttpAnswer | undefined;
    let md5 = '';
    try {
      answer = await withDeadline({ signal, ms, operation }, async (deadline) => {
        const {
          url,
          contentMd5 = '',
          ...sent
        } = await this.#signer.sign({ ...unsigned, object: key }, deadline);
        md5 = contentMd5;
        const how = { stream, wholeBytes, idleMs, short: emptyAnswer };
        return this.#transport.send(url, { ...sent, ...how, signal: deadline });
      });
      if (successStatuses.includes(answer.status)) {
        if (emptyAnswer) checkEmpty(answer);
        return read(answer, md5);
      }
    } catch (error) {
      if (stream) answer?.res.destroy();
      throw requestFailure(error, where);
    }
    // A stream that nobody reads would keep its socket.
    if (stream) answer.res.destroy();
    throw refusal(answer, this.bucket, where);
  }

  /** What a transfer ended with, in the words of this library. */
  failure(thrown: unknown, operation: string, key: string | undefined): StoreError {
    return requestFailure(networkError(thrown), { provider: 'oss', operation, key });
  }

  async presign(request: PresignRequest): Promise<string> {
    checkKey('presign', request.key);
    return this.#signer.presign(request);
  }

  async postForm(request: PostFormRequest): Promise<PostForm> {
    checkKey('presignPost', request.key);
    return this.#signer.postForm(request);
  }

  close(): void {
    this.#transport.close();
  }
}

/** @throws StoreError `Corrupt` for a success with a body that none has: a page of a proxy, an error with a 200 */
function checkEmpty({ status, data }: HttpAnswer): void {
  if (beginningOf(data) !== '')
    throw undocumented(`the answer (HTTP ${status}) should be empty, and is ${whatCame(data)}`);
}

/**
 * OSS takes no key that begins with a slash or a backslash (EC 0016-00000005). An empty one would make a request on
 * the bucket: `DELETE /`.
 *
 * @throws StoreError `InvalidArgument`
 */
export function checkKey(operation: string, key: string): void {
  if (key !== '' && !/^[/\\]/.test(key)) return;
  const message =
    key === '' ? 'the empty string is not a key' : 'OSS takes no key that begins with "/" or "\\"';
  throw new StoreError('InvalidArgument', message, { provider: 'oss', operation, key });
}

/** The parameters that have a value: an empty one would be signed in another way than it is sent. */
export function given(parameters: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(present);
}
