import type {
  BatchFacet,
  LifecycleFacet,
  ListFacet,
  MultipartFacet,
  PostFormsFacet,
  PrefixDeleteFacet,
  StoreDriver,
  TrashFacet,
} from './driver.js';
import type { PassThrough } from './requests.js';

/** What a facet says beside its calls. */
type Limits<Facet> = {
  readonly [
    Name in keyof Facet as NonNullable<Facet[Name]> extends (...args: never[]) => unknown ? never : Name
  ]: Facet[Name];
};

/** What a store can do, as plain data, for its users. Derived from its driver: nothing here is said twice. */
export interface Capabilities {
  readonly keys: StoreDriver['keys'];
  readonly list: Limits<ListFacet>;
  /** One request that deletes many keys, or false. */
  readonly batchDelete: Limits<BatchFacet> | false;
  /** `trash` of deletes: what is deleted is put aside; or false. */
  readonly trash: Limits<TrashFacet> | false;
  /** The service deletes by prefix itself, so many keys a request, or false. */
  readonly prefixDelete: Limits<PrefixDeleteFacet> | false;
  /** Uploads in parts, or false. */
  readonly multipart: Limits<MultipartFacet> | false;
  /** `put` sends a body of unknown length in one request. */
  readonly streamingPut: boolean;
  /** `ifAbsent` and `ifMatch` on `put`. */
  readonly conditionalPut: { readonly ifAbsent: boolean; readonly ifMatch: boolean };
  /** `ifMatch` on deletes: inside a batch too, on single deletes alone, or not. */
  readonly conditionalDelete: 'batch' | 'single' | false;
  /** Versioned reads and deletes, delete markers, `listVersions`. */
  readonly versions: boolean;
  /** `listUploads`, and `uploads` of `deletePrefix`. */
  readonly listUploads: boolean;
  /** Objects carry tags: `tags` on `put`, `getTags`, `setTags`. */
  readonly tags: boolean;
  /** `storageClass` on `put` and `copy`. */
  readonly storageClasses: boolean;
  /** Content types, headers and user metadata are kept; without it `put` refuses them. */
  readonly metadata: boolean;
  /** `lastModified` on `put`. */
  readonly setsLastModified: boolean;
  /** `encryption` on `put` and `copy`: the provider encrypts as it is told. */
  readonly encryption: boolean;
  /** `restore`: archived objects can be asked back. */
  readonly restore: boolean;
  /** Lifecycle rules, which the provider carries out by itself, or false. */
  readonly lifecycle: Limits<LifecycleFacet> | false;
  /** URLs that work without credentials for a limited time. */
  readonly presign: boolean;
  /** `url`: objects have a URL that is not signed. */
  readonly url: boolean;
  /** `presignPost`: forms by which browsers upload, or false. */
  readonly postForms: Limits<PostFormsFacet> | false;
  /** Which of the {@link PassThrough} options the provider has. */
  readonly passThrough: readonly (keyof PassThrough)[];
}

export function capabilitiesOf(driver: StoreDriver): Capabilities {
  const { keys, list, write, batch, trash, prefixDelete, multipart, lifecycle } = driver;
  return {
    keys,
    list: limitsOf(list),
    batchDelete: limitsOf(batch),
    trash: limitsOf(trash),
    prefixDelete: limitsOf(prefixDelete),
    multipart: limitsOf(multipart),
    streamingPut: write.streaming,
    conditionalPut: { ifAbsent: write.ifAbsent, ifMatch: write.ifMatch },
    conditionalDelete: driver.delete.ifMatch,
    versions: driver.versions !== undefined,
    listUploads: driver.uploads !== undefined,
    tags: driver.tags !== undefined,
    storageClasses: write.storageClasses,
    metadata: write.metadata ?? true,
    setsLastModified: write.lastModified ?? false,
    encryption: write.encryption === true,
    restore: driver.restore !== undefined,
    lifecycle: limitsOf(lifecycle),
    presign: driver.presign !== undefined,
    url: driver.url !== undefined,
    postForms: limitsOf(driver.postForms),
    passThrough: driver.delete.passThrough,
  };
}

function limitsOf<Facet extends object>(facet: Facet): Limits<Facet>;
function limitsOf<Facet extends object>(facet: Facet | undefined): Limits<Facet> | false;
function limitsOf<Facet extends object>(facet: Facet | undefined): Limits<Facet> | false {
  if (!facet) return false;
  const limits = Object.entries(facet).filter(([, value]) => typeof value !== 'function');
  // The same choice as the type makes, which `fromEntries` cannot know.
  return Object.fromEntries(limits) as Limits<Facet>;
}
