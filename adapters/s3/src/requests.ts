import type { S3Client } from '@aws-sdk/client-s3';
import { StoreError, withDeadline, type DriverCall } from '@store/driver';
import {
  checksum as checksumOf,
  digestsOf,
  timeoutOf,
  type AnswerHeaders,
  type HttpAnswer,
  type ObjectAnswer,
  type Service,
  type ServiceRequest,
  type XmlElement,
} from '@store/kit';
import { checkChecksum, checkEncrypted, checkObject, checksumIn, readDocument } from './answer-check.js';
import { createClient, createTransport } from './client.js';
import type { S3Config } from './config.js';
import { checksumHeader, ContentMd5 } from './content-md5.js';
import { DIALECT } from './dialect.js';
import { DirectRequests, type AnswerForm } from './direct-requests.js';
import { translate } from './errors.js';
import type { Quirks } from './quirks.js';

/** Deletes answer 204, other changes 200; some services, the other of the two. */
const DONE = [200, 204];

/** Sends requests to one bucket: each ends in time, and fails in the words of this library. */
export class Requests implements Service {
  readonly config: S3Config;
  readonly quirks: Quirks;
  readonly bucket: string;
  readonly dialect = DIALECT;
  readonly client: S3Client;
  readonly #contentMd5: ContentMd5;
  readonly #direct: DirectRequests;

  constructor(config: S3Config, quirks: Quirks) {
    this.config = config;
    this.quirks = quirks;
    this.bucket = config.bucket;
    this.#contentMd5 = new ContentMd5(quirks.contentMd5);
    const transport = createTransport(config);
    this.client = createClient(config, quirks, transport);
    this.#direct = new DirectRequests(this.client, config, transport);
  }

  checkKey(operation: string, key: string): void {
    if (key !== '') return;
    throw new StoreError('InvalidArgument', 'the empty string is not a key', { provider: 's3', operation });
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

  ask<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    root: string,
    read: (document: XmlElement, headers: AnswerHeaders) => T,
    byBytes?: (answer: Buffer, headers: AnswerHeaders) => T | undefined,
  ): Promise<T> {
    return this.#answered(operation, call, request, (answer) => {
      const { status, data, headers } = answer;
      const known = status === 200 ? byBytes?.(data, headers) : undefined;
      if (known !== undefined) return known;
      const document = readDocument(answer, { statuses: [200], root });
      checkEncrypted(headers, request);
      return read(document, headers);
    });
  }

  tell<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    read: (headers: AnswerHeaders) => T,
    statuses: readonly number[] = DONE,
  ): Promise<T> {
    const readHead = (answer: HttpAnswer): T => {
      readDocument(answer, { statuses });
      return read(answer.headers);
    };
    return this.#answered(operation, call, request, readHead, { short: true });
  }

  #answered<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    read: (answer: HttpAnswer) => T,
    form?: AnswerForm,
  ): Promise<T> {
    const { content, digested } = request;
    const send = (): Promise<T> => {
      const digest =
        digested && content && this.#contentMd5.headersOf(content, this.quirks.checksumAlgorithm);
      const sent = { ...request, headers: { ...request.headers, ...digest } };
      return this.pass(operation, call, sent, read, form);
    };
    return digested ? this.#contentMd5.adjusting(send) : send();
  }

  /** What is not in memory is read for its digests, and again when it is sent. */
  upload<T>(
    call: DriverCall,
    request: Parameters<Service['upload']>[1],
    read: (headers: AnswerHeaders) => T,
  ): Promise<T> {
    const { key, content, kept } = request;
    const sends = this.#sendsChecksums;
    const size = kept ? kept.size : content.length;
    const work = async (signal: AbortSignal): Promise<T> => {
      const { crc32, sha256 } = kept
        ? await digestsOf(kept, ['crc32', 'sha256'], signal)
        : { crc32: sends ? checksumOf(content, 'CRC32') : '', sha256: undefined };
      const checksum = sends ? checksumHeader(crc32, 'CRC32') : {};
      const headers = { ...request.headers, ...this.#bodyHeaders(size, sha256), ...checksum };
      const written = (answer: HttpAnswer): T => {
        readDocument(answer, { statuses: [200], etag: true });
        checkChecksum(answer.headers, checksum);
        checkEncrypted(answer.headers, request);
        return read(answer.headers);
      };
      return this.#direct.send({ ...request, headers }, signal, written, { short: true });
    };
    return this.run('put', key, call, work, size);
  }

  download<T>(
    call: DriverCall,
    request: ServiceRequest,
    wholeBytes: number | undefined,
    read: (answer: HttpAnswer, checksum?: ObjectAnswer['checksum']) => T,
  ): Promise<T> {
    const checked = this.#sendsChecksums;
    const headers = { ...request.headers, 'x-amz-checksum-mode': checked ? 'ENABLED' : undefined };
    const readObject = async (answer: HttpAnswer): Promise<T> => {
      await checkObject(answer);
      return read(answer, checked ? checksumIn(answer.headers) : undefined);
    };
    return this.pass('get', call, { ...request, headers }, readObject, { stream: true, wholeBytes });
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

  /** Sends a request as it is. */
  pass<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    read: (answer: HttpAnswer) => T | Promise<T>,
    form?: AnswerForm,
  ): Promise<T> {
    const { key, about = key, content, moves } = request;
    // While the service moves bytes by itself, nothing moves here.
    const how = moves === undefined ? form : { ...form, idleMs: timeoutOf(this.config, moves) };
    const work = (signal: AbortSignal): Promise<T> => this.#direct.send(request, signal, read, how);
    return this.run(operation, about, call, work, moves ?? content?.length ?? form?.wholeBytes);
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
