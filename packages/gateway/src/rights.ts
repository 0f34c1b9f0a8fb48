import { StoreError } from '@store/core';
import type { Credential, Route } from '@store/s3-server';

/** Keys that clients sign with, and what they may do with them. */
export interface GatewayKey extends Credential {
  /** Reads and listings, and nothing else. Default false. */
  readonly readOnly?: boolean | undefined;
  /**
   * Where: `bucket` for all of it, `bucket/prefix` for the keys that begin so (end it in `/` to mean a directory). Default:
   * everywhere.
   */
  readonly within?: readonly string[] | undefined;
}

interface Place {
  readonly bucket: string;
  readonly prefix: string;
}

export type Action = 'read' | 'write';

/** Requests to a bucket that are about some of its objects, or say nothing of any; all others are about the bucket as a whole. */
const OF_OBJECTS = new Set([
  'HeadBucket',
  'GetBucketAcl',
  'GetBucketLocation',
  'GetBucketVersioning',
  'ListObjects',
  'ListObjectsV2',
  'ListObjectVersions',
  'ListMultipartUploads',
  'DeleteObjects',
  'DeletePrefix',
  'PostObject',
]);

/** What the holder of a key may do. */
export class Rights {
  readonly #readOnly: boolean;
  /** Undefined: everywhere. */
  readonly #places: readonly Place[] | undefined;

  /** @throws StoreError `InvalidArgument` for a place without a bucket */
  constructor({ readOnly = false, within }: Pick<GatewayKey, 'readOnly' | 'within'>) {
    this.#readOnly = readOnly;
    this.#places = within?.map(placeOf);
  }

  /** Nothing is refused. */
  get unlimited(): boolean {
    return !this.#readOnly && this.#places === undefined;
  }

  /** Whether anything in a bucket may be seen. */
  sees(bucket: string): boolean {
    return this.#places?.some((place) => place.bucket === bucket) ?? true;
  }

  /** With a key of the bucket, or all that begin with a prefix. */
  allows(action: Action, bucket: string, keyOrPrefix: string): boolean {
    if (action === 'write' && this.#readOnly) return false;
    const within = (place: Place): boolean => place.bucket === bucket && keyOrPrefix.startsWith(place.prefix);
    return this.#places?.some(within) ?? true;
  }

  /**
   * Whether a request may go on as far as its head says; what its body names is looked at when it is carried out.
   *
   * @throws StoreError `AccessDenied`
   */
  check({ operation, bucket, key }: Route, method: string): void {
    if (this.unlimited || bucket === undefined) return;
    const action: Action = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
    if (!this.sees(bucket)) throw denied(action, bucket);
    if (action === 'write' && this.#readOnly) throw denied(action, bucket);
    if (key !== undefined && !this.allows(action, bucket, key)) throw denied(action, key);
    const ofBucket = key === undefined && !OF_OBJECTS.has(operation);
    if (ofBucket && !this.allows(action, bucket, '')) throw denied(action, bucket);
  }
}

export function denied(action: Action, name: string): StoreError {
  return new StoreError('AccessDenied', `this key may not ${action} ${JSON.stringify(name)}`);
}

function placeOf(place: string): Place {
  const slash = place.indexOf('/');
  const [bucket, prefix] = slash < 0 ? [place, ''] : [place.slice(0, slash), place.slice(slash + 1)];
  if (bucket !== '') return { bucket, prefix };
  throw new StoreError(
    'InvalidArgument',
    `a key is allowed within ${JSON.stringify(place)}, which names no bucket`,
  );
}
