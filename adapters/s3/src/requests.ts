import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3';
import { StoreError, withDeadline, type DriverCall, type KeptBody } from '@store/driver';
import {
  digestsOf,
  timeoutOf,
  type AnswerHeaders,
  type HttpAnswer,
  type UnsignedRequest,
  type XmlElement,
} from '@store/kit';
import { readDocument } from './answer-check.js';
import { document, DONE, WRITTEN } from './answers.js';
import { DirectRequests, type AnswerForm } from './direct-requests.js';
import { createClient, createTransport } from './client.js';
import type { S3Config } from './config.js';
import { checkChecksum } from './answered-checksum.js';
import { checksumHeader, checksumHeaders, ContentMd5 } from './content-md5.js';
import { translate } from './errors.js';
import type { Quirks } from './quirks.js';

/** The type of the documents that are sent. */
export const XML = { 'content-type': 'application/xml' };

/** A request past the SDK. */
export interface DirectRequest extends UnsignedRequest {
  /** The key that a failure is about. Default: that of the request. */
  readonly about?: string | undefined;
}

/** A command of the SDK. */
export type Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = Parameters<
  typeof S3Client.prototype.send<Input, Output>
>[0];

/** Sends requests to one bucket: each ends in time, and fails in the words of this library. */
export class Requests {
  readonly config: S3Config;
  readonly quirks: Quirks;
  readonly bucket: string;
  readonly client: S3Client;
  readonly #contentMd5: ContentMd5;
  readonly #direct: DirectRequests;

  constructor(config: S3Config, quirks: Quirks) {
    this.config = config;
    this.quirks = quirks;
    this.bucket = config.bucket;
    this.#contentMd5 = new ContentMd5(quirks.contentMd5);
    const transport = createTransport(config);
    this.client = createClient(config, quirks, this.#contentMd5, transport);
    this.#direct = new DirectRequests(this.client, config, transport);
  }

  /** The input of a command about one object. */
  at(key: string, versionId?: string) {
    return { Bucket: this.bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }) };
  }

  /** @param bytes of the request's body, which may need longer than the time-out */
  async run<T>(
    operation: string,
    key: string | undefined,
    { signal }: DriverCall,
    work: (signal: AbortSignal) => Promise<T>,
    bytes?: number,
  ): Promise<T> {
    const ms = timeoutOf(this.config, bytes);
    try {
      return await withDeadline({ signal, ms, operation }, work);
    } catch (error) {
      throw this.failure(error, operation, key);
    }
  }

  /** Sends a command and reads its answer. */
  send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, T>(
    operation: string,
    key: string | undefined,
    call: DriverCall,
    command: Command<Input, Output>,
    read: (answer: Output) => T | Promise<T>,
    bytes?: number,
  ): Promise<T> {
    const work = async (abortSignal: AbortSignal): Promise<T> =>
      read(await this.client.send(command, { abortSignal }));
    return this.run(operation, key, call, work, bytes);
  }

  /** The same for a command that some services want the digest of: see {@link ContentMd5}. */
  sendDigested<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, T>(
    operation: string,
    key: string | undefined,
    call: DriverCall,
    command: Command<Input, Output>,
    read: (answer: Output) => T,
  ): Promise<T> {
    return this.#contentMd5.adjusting(() => this.send(operation, key, call, command, read));
  }

  /** Sends a request past the SDK, and reads the document with this root that answers it. */
  ask<T>(
    operation: string,
    call: DriverCall,
    request: DirectRequest,
    root: string,
    read: (document: XmlElement, headers: AnswerHeaders) => T,
  ): Promise<T> {
    const readBoth = (headers: AnswerHeaders, found?: XmlElement): T => {
      if (found) return read(found, headers);
      throw new StoreError('Internal', 'the answer has no document');
    };
    return this.tell(operation, call, request, readBoth, document(root));
  }

  /** The same for one whose answer is its head. */
  tell<T>(
    operation: string,
    call: DriverCall,
    request: DirectRequest,
    read: (headers: AnswerHeaders, document?: XmlElement) => T,
    expected = DONE,
  ): Promise<T> {
    const { content } = request;
    const readAnswer = (answer: HttpAnswer): T => read(answer.headers, readDocument(answer, expected));
    const send = (): Promise<T> => {
      const digest = content && this.#contentMd5.headersOf(content, this.quirks.checksumAlgorithm);
      const sent = { ...request, headers: { ...request.headers, ...digest } };
      return this.pass(operation, call, sent, readAnswer);
    };
    return content ? this.#contentMd5.adjusting(send) : send();
  }

  /** Writes a body: an object, or a part of one. The answer is its head, with an ETag. */
  upload<T>(
    call: DriverCall,
    request: DirectRequest & { readonly content: Buffer },
    read: (headers: AnswerHeaders) => T,
  ): Promise<T> {
    const { content } = request;
    const checksum = this.#sendsChecksums ? checksumHeaders(content, 'CRC32') : {};
    const headers = { ...request.headers, ...this.#bodyHeaders(content.length, undefined), ...checksum };
    return this.pass('put', call, { ...request, headers }, written(read, checksum), { short: true });
  }

  /** The same for a body that is not in memory: it is read for its digests, and again when it is sent. */
  async uploadKept<T>(
    call: DriverCall,
    request: DirectRequest & { readonly key: string; readonly kept: KeptBody },
    read: (headers: AnswerHeaders) => T,
  ): Promise<T> {
    const { key, kept } = request;
    const work = async (signal: AbortSignal): Promise<T> => {
      const { crc32, sha256 } = await digestsOf(kept, ['crc32', 'sha256'], signal);
      const checksum = this.#sendsChecksums ? checksumHeader(crc32, 'CRC32') : {};
      const headers = { ...request.headers, ...this.#bodyHeaders(kept.size, sha256), ...checksum };
      return this.#direct.send({ ...request, headers }, signal, written(read, checksum), { short: true });
    };
    return this.run('put', key, call, work, kept.size);
  }

  get #sendsChecksums(): boolean {
    return this.quirks.checksums === 'when-supported';
  }

  /** @param sha256 where it is known; the signer takes a hash that is already there, and makes it else */
  #bodyHeaders(size: number, sha256: string | undefined) {
    return {
      'content-length': size,
      'x-amz-content-sha256': this.quirks.unsignedPayload ? 'UNSIGNED-PAYLOAD' : sha256,
    };
  }

  /** Sends a request past the SDK as it is. */
  pass<T>(
    operation: string,
    call: DriverCall,
    request: DirectRequest,
    read: (answer: HttpAnswer) => T | Promise<T>,
    form?: AnswerForm,
  ): Promise<T> {
    const { key, about = key, content } = request;
    const work = (signal: AbortSignal): Promise<T> => this.#direct.send(request, signal, read, form);
    return this.run(operation, about, call, work, content?.length ?? form?.wholeBytes);
  }

  close(): void {
    this.client.destroy();
    this.#direct.close();
  }

  /** What a request ended with, in the words of this library. */
  failure(thrown: unknown, operation: string, key: string | undefined): StoreError {
    return translate(thrown, { provider: 's3', operation, key, bucket: this.bucket });
  }
}

function written<T>(
  read: (headers: AnswerHeaders) => T,
  checksum: Readonly<Record<string, string>>,
): (answer: HttpAnswer) => T {
  return (answer) => {
    readDocument(answer, WRITTEN);
    checkChecksum(answer.headers, checksum);
    return read(answer.headers);
  };
}
