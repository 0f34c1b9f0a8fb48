import type { Readable } from 'node:stream';
import type {
  CompleteUploadRequest,
  DeleteTarget,
  DriverCall,
  KeptBody,
  ListVersionsPage,
  ListVersionsPageRequest,
  StoreDriver,
  UploadPartRequest,
  VersioningState,
  WriteResult,
} from '@store/driver';
import type { BatchOutcome } from './batch-outcome.js';
import type { Content } from './content.js';
import { ServiceError } from './http/service-error.js';
import type { UploadClaims } from './upload-claims.js';

export type Versioning = VersioningState;

/** A bucket as the S3 operations see it: a driver, and what belongs to the bucket itself. */
export interface Bucket {
  readonly name: string;
  readonly created: Date;
  readonly objects: StoreDriver;
  /** Default: what the store says of itself, where it does. */
  readonly versioning?: Versioning | undefined;
  /** Where the bucket's owner may change it. */
  setVersioning?(versioning: Versioning): void;
  /** Versions of all objects, also of those that were written before versioning. */
  readonly listVersions?:
    ((request: ListVersionsPageRequest, call: DriverCall) => Promise<ListVersionsPage>) | undefined;
  /** Its lifecycle rules, as text; where it carries rules out. Default: those of a store that has S3's. */
  readonly lifecycle?: LifecycleRules | undefined;
  /** Takes parts of uploads as streams, where it keeps them itself; resolves to the ETag. */
  readonly streamPart?: ((part: StreamedPart, call: DriverCall) => Promise<string>) | undefined;
  /** Keeps a part outside of memory until a store has it that takes such bodies. */
  readonly keepPart?: ((content: Content) => Promise<SpooledPart>) | undefined;
  /**
   * Completes an upload while its bytes are held against what its client says about them, where the bucket sees them.
   *
   * @throws ServiceError as {@link ClaimCheck}
   */
  readonly completeChecked?:
    | ((request: CompleteUploadRequest, claims: UploadClaims, call: DriverCall) => Promise<WriteResult>)
    | undefined;
  /** Deletes many keys in a way of its own; default: one by one. */
  deleteMany?(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchOutcome>;
}

/** A part on its way to a store; who asked for it frees its place. */
export interface SpooledPart extends KeptBody {
  remove(): Promise<void>;
}

export interface StreamedPart extends Omit<UploadPartRequest, 'body'> {
  readonly body: Readable;
  /** Bytes; undefined when nobody said. */
  readonly size: number | undefined;
}

/** The lifecycle configuration of a bucket. */
export interface LifecycleRules {
  /** Undefined when there is none. */
  rules: readonly LifecycleRuleText[] | undefined;
  beside?: LifecycleBeside | undefined;
}

/** One rule of a lifecycle configuration. */
export interface LifecycleRuleText {
  readonly id: string;
  /** A `Rule` element. */
  readonly xml: string;
}

/** What a lifecycle configuration has beside its rules: a write that leaves it out takes it away. */
export interface LifecycleBeside {
  /** Of the root element, with a space in front; default: S3's namespace. */
  readonly attributes?: string | undefined;
  /** Elements before the first rule, and the others that are none. */
  readonly before: readonly string[];
  readonly behind: readonly string[];
  /** The header `x-amz-transition-default-minimum-object-size`. */
  readonly minimumObjectSize: string | undefined;
}

type Named = readonly Pick<Bucket, 'name' | 'created'>[];

/** The buckets of a service. */
export interface Buckets {
  find(name: string): Bucket | undefined;
  all(): Named | Promise<Named>;
  /** Where clients may make buckets. @throws StoreError `Conflict` when somebody was faster */
  readonly create?: ((name: string) => unknown) | undefined;
  /** Where clients may remove buckets, which are empty as far as was seen. */
  readonly remove?: ((name: string) => void | Promise<void>) | undefined;
}

/** @throws ServiceError `NotImplemented` when the store behind a bucket has no such method */
export function need<T>(method: T | undefined): T {
  if (method !== undefined) return method;
  throw notImplemented();
}

export function notImplemented(): ServiceError {
  return new ServiceError(
    501,
    'NotImplemented',
    'A header or parameter you provided implies functionality that is not implemented.',
  );
}

/**
 * A version id of a request. Without versions every object is the version `null`.
 *
 * @throws ServiceError `NoSuchVersion` for another one in a store without versions, which would act on the object
 */
export function versionOf({ objects }: Bucket, versionId: string | undefined): string | undefined {
  // Whoever sends it means a version, and must not hit the object.
  if (versionId === '') {
    throw new ServiceError(400, 'InvalidArgument', 'Version id cannot be the empty string');
  }
  if (versionId === undefined || objects.versions) return versionId;
  if (versionId === 'null') return undefined;
  throw new ServiceError(404, 'NoSuchVersion', 'The specified version does not exist.');
}
