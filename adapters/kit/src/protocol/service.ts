import type { DriverCall, Encryption, KeptBody, PutRequest, StoreError } from '@store/driver';
import type { AnswerHeaders } from '../object-info.js';
import type { HttpAnswer } from '../http-transport.js';
import type { ObjectAnswer } from '../object-body.js';
import type { UnsignedRequest } from '../request-target.js';
import type { ServiceCodes } from '../service-codes.js';
import type { XmlElement } from '../xml.js';

/** A request in the protocol of S3. */
export interface ServiceRequest extends UnsignedRequest {
  /** The key that a failure is about. Default: that of the request. */
  readonly about?: string | undefined;
  /** Bytes that the service moves before it answers: that may take longer than the time-out. */
  readonly moves?: number | undefined;
  /** A document that services want the digest of. */
  readonly digested?: true;
}

/** How a service speaks the protocol of S3, where that is a matter of words. */
export interface Dialect {
  /** What its own headers begin with: `x-amz-`. */
  readonly own: `x-${string}-`;
  /** Whether a key that is encoded in an answer has `+` for a space, as forms do. */
  readonly plusIsSpace: boolean;
  /** Attributes of the root of a document that is sent, with the space before them. */
  readonly attributes: string;
  /** What encryption with a key of its key service is called, and the header with the id of the key. */
  readonly kms: { readonly type: string; readonly keyHeader: string };
  /** The element with the speed of a restoration. */
  readonly tierIn: string;
  /** The headers of a write with conditions. */
  readonly conditions: (
    conditions: Pick<PutRequest, 'ifAbsent' | 'ifMatch'>,
  ) => Readonly<Record<string, string | undefined>>;
  /** An object of the same bucket, as the header of a copy names it. */
  readonly copySource: (bucket: string, key: string) => string;
  /** Why one key of a batch was refused. */
  readonly keyFailure: ServiceCodes['keyFailure'];
}

/**
 * A service with the protocol of S3, for one bucket. Each request ends in time, and fails in the words of this library: for any
 * answer but the one that is documented, too.
 */
export interface Service {
  readonly bucket: string;
  readonly dialect: Dialect;
  /** @throws StoreError `InvalidArgument` for a key that the service has no place for, or that would be the bucket itself */
  checkKey(operation: string, key: string): void;
  /**
   * Sends a request, and reads the document with this root that answers it.
   *
   * @param byBytes what a success tells by its bytes alone; undefined where it has to be read
   */
  ask<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    root: string,
    read: (document: XmlElement, headers: AnswerHeaders) => T,
    byBytes?: (answer: Buffer, headers: AnswerHeaders) => T | undefined,
  ): Promise<T>;
  /** The same for one whose answer is its head. @param statuses of a success, where they are not those of others of its method */
  tell<T>(
    operation: string,
    call: DriverCall,
    request: ServiceRequest,
    read: (headers: AnswerHeaders) => T,
    statuses?: readonly number[],
  ): Promise<T>;
  /** Writes bytes, an object or a part of one; what the answer says of them is held against what was sent. */
  upload<T>(
    call: DriverCall,
    request: ServiceRequest & { readonly key: string } & (
        | { readonly content: Buffer; readonly kept?: undefined }
        | { readonly kept: KeptBody; readonly content?: undefined }
      ),
    read: (headers: AnswerHeaders) => T,
  ): Promise<T>;
  /** Reads an object, or a part of one: `read` gets its head with its body. @param wholeBytes see `HttpCall.wholeBytes` */
  download<T>(
    call: DriverCall,
    request: ServiceRequest,
    wholeBytes: number | undefined,
    read: (answer: HttpAnswer, checksum?: ObjectAnswer['checksum']) => T,
  ): Promise<T>;
  /** What a transfer ended with, in the words of this library. */
  failure(thrown: unknown, operation: string, key: string | undefined): StoreError;
}

/** The type of documents that are sent. */
export const XML = { 'content-type': 'application/xml' };

/** How a service is asked to encrypt. */
export function encryptionHeaders({ own, kms }: Dialect, encryption: Encryption | undefined) {
  if (!encryption) return {};
  const { type, keyId } = encryption;
  return {
    [`${own}server-side-encryption`]: type === 'kms' ? kms.type : type,
    [kms.keyHeader]: keyId,
  };
}
