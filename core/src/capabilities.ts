import type { PassThrough } from './driver.js';
import { DEFAULT_MAX_KEY_BYTES } from './keys.js';

/**
 * What a store can do, as plain data. The engine and the conformance suite choose their way from these
 * fields alone, never from a provider's name. Every default means "no": a driver states what it can do.
 */
export interface Capabilities {
  readonly keys: {
    /** Longest key in bytes of UTF-8. */
    readonly maxBytes: number;
  };
  readonly list: ListCapability;
  /** One request that deletes many keys, or false. */
  readonly batchDelete: BatchDeleteCapability | false;
  /** The service deletes by prefix itself, so many keys a request, or false. */
  readonly prefixDelete: { readonly maxKeys: number } | false;
  /** Uploads in parts, or false. Without them, `put` has to take a body of any size in one call. */
  readonly multipart: MultipartCapability | false;
  /** `put` takes a body as a stream of unknown length in one call. */
  readonly streamingPut: boolean;
  readonly conditionalPut: {
    /** `ifAbsent`: write only where there is no object yet, atomically. */
    readonly ifAbsent: boolean;
    /** `ifMatch`: replace only the object with this ETag, atomically. */
    readonly ifMatch: boolean;
  };
  /**
   * `ifMatch` on deletes: inside a batch too, on single deletes alone, or not. Some services ignore the condition
   * and delete anyway, so a driver says yes only where the service has been seen to honour it.
   */
  readonly conditionalDelete: 'batch' | 'single' | false;
  /** `ifMatch` and `ifNoneMatch` on `get` and `head`. */
  readonly conditionalRead: boolean;
  /** Versioned reads and deletes, delete markers, `listVersions`. */
  readonly versions: boolean;
  /** `listUploads`: incomplete multipart uploads can be listed. */
  readonly listUploads: boolean;
  /** Objects carry tags: `tags` on `put`, `getTags`, `setTags`. */
  readonly tags: boolean;
  /** `storageClass` on `put` and `copy`. */
  readonly storageClasses: boolean;
  /** `restore`: archived objects can be asked back. */
  readonly restore: boolean;
  /**
   * Lifecycle rules, which the provider carries out by itself, or false. `overlap`: two rules may expire the same keys.
   */
  readonly lifecycle: { readonly maxRules: number; readonly overlap: boolean } | false;
  /** URLs that work without credentials for a limited time. */
  readonly presign: boolean;
  /** Which of the {@link PassThrough} options the provider has. */
  readonly passThrough: readonly (keyof PassThrough)[];
}

export interface ListCapability {
  /** `utf8`: keys come in ascending order of their UTF-8 bytes. `none`: in no order to rely on. */
  readonly order: 'utf8' | 'none';
  /** A listing can begin after a given key. */
  readonly startAfter: boolean;
  /** Most entries that one page can have. */
  readonly maxPageSize: number;
  /** Which delimiters group keys: any string, the slash alone, or none. */
  readonly delimiter: 'any' | 'slash' | 'none';
}

export interface BatchDeleteCapability {
  /** Most keys in one request. */
  readonly maxKeys: number;
  /** Longest request body in bytes, reckoned with each key as escaped XML; unlimited when absent. */
  readonly maxBytes?: number;
  /** `xml`: keys with characters outside XML 1.0 must go in requests of their own. */
  readonly keys: 'any' | 'xml';
  /**
   * The answer names what was deleted and nothing else: why a key was not, only a delete of that key alone tells.
   */
  readonly silentFailures?: boolean;
}

export interface MultipartCapability {
  /** Smallest part in bytes; the last one may be smaller. */
  readonly minPartBytes: number;
  /** Largest part in bytes. */
  readonly maxPartBytes: number;
  readonly maxParts: number;
  /** All parts but the last have to have the same size. Default false. */
  readonly equalParts?: boolean;
  /** Largest object in bytes that one request copies; larger ones are copied by parts. Unlimited when absent. */
  readonly maxCopyBytes?: number;
}

const NONE: Capabilities = {
  keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
  list: { order: 'none', startAfter: false, maxPageSize: 1000, delimiter: 'none' },
  batchDelete: false,
  prefixDelete: false,
  multipart: false,
  streamingPut: false,
  conditionalPut: { ifAbsent: false, ifMatch: false },
  conditionalDelete: false,
  conditionalRead: false,
  versions: false,
  listUploads: false,
  tags: false,
  storageClasses: false,
  restore: false,
  lifecycle: false,
  presign: false,
  passThrough: [],
};

/** The capabilities given, with "no" for all that is not mentioned. */
export function defineCapabilities(given: Partial<Capabilities>): Capabilities {
  return Object.freeze({ ...NONE, ...given });
}
