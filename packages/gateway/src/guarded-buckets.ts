import type { DeleteTarget, DriverCall, ListVersionsPageRequest, StoreDriver } from '@store/core';
import { toServiceError, type BatchOutcome, type Bucket, type Buckets } from '@store/s3-server';
import { aroundCalls, type CallName } from '@store/wrappers';
import type { GatewayBucket } from './gateway-bucket.js';
import type { GatewayBuckets } from './gateway-buckets.js';
import { denied, type Action, type Rights } from './rights.js';

/** What a call of a driver does, and to what: the member of its request that is a key, or a prefix for all of its keys. */
interface Touches {
  readonly action: Action;
  /** `targets`: the request is a list of them. `store`: all of it. `nothing`: no object is told of. */
  readonly at: 'key' | 'to' | 'prefix' | 'targets' | 'store' | 'nothing';
  /** It reads the object `from`, too. */
  readonly from?: true;
}

const reads = (at: Touches['at']): Touches => ({ action: 'read', at });
const writes = (at: Touches['at']): Touches => ({ action: 'write', at });

/** Every call that there is: one that is not here does not compile. */
const TOUCHES: Readonly<Record<CallName, Touches>> = {
  'list.page': reads('prefix'),
  'read.head': reads('key'),
  'read.get': reads('key'),
  'write.put': writes('key'),
  'write.copy': { ...writes('to'), from: true },
  'delete.one': writes('key'),
  'batch.delete': writes('targets'),
  'trash.put': writes('store'),
  'trash.page': reads('store'),
  'trash.restore': writes('store'),
  'trash.purge': writes('store'),
  'prefixDelete.page': writes('prefix'),
  'multipart.create': writes('key'),
  'multipart.part': writes('key'),
  'multipart.keptPart': writes('key'),
  'multipart.copyPart': { ...writes('key'), from: true },
  'multipart.parts': reads('key'),
  'multipart.complete': writes('key'),
  'multipart.abort': writes('key'),
  'uploads.page': reads('prefix'),
  'uploads.abort': writes('key'),
  'versions.page': reads('prefix'),
  // Clients ask before they do anything.
  'versions.state': reads('nothing'),
  'tags.get': reads('key'),
  'tags.set': writes('key'),
  'lifecycle.get': reads('store'),
  'lifecycle.put': writes('store'),
  restore: writes('key'),
  'postForms.sign': writes('key'),
  url: reads('key'),
  // Of any method.
  presign: writes('key'),
};

/** The buckets as the holder of a key sees them: whatever an operation does, it does it through these. */
export class GuardedBuckets implements Buckets {
  readonly create: Buckets['create'];
  readonly remove: Buckets['remove'];
  readonly #buckets: GatewayBuckets;
  readonly #rights: Rights;
  readonly #views = new WeakMap<GatewayBucket, GuardedBucket>();

  constructor(buckets: GatewayBuckets, rights: Rights) {
    this.#buckets = buckets;
    this.#rights = rights;
    const { create, remove } = buckets;
    this.create = create && ((name) => create(this.#owned(name)));
    this.remove = remove && ((name) => remove(this.#owned(name)));
  }

  /** @throws StoreError `AccessDenied` for a bucket of others, be it there or not */
  find(name: string): Bucket | undefined {
    if (!this.#rights.sees(name)) throw denied('read', name);
    const bucket = this.#buckets.find(name);
    if (!bucket) return undefined;
    const view = this.#views.get(bucket) ?? new GuardedBucket(bucket, this.#rights);
    this.#views.set(bucket, view);
    return view;
  }

  async all() {
    return (await this.#buckets.all()).filter(({ name }) => this.#rights.sees(name));
  }

  #owned(name: string): string {
    if (this.#rights.allows('write', name, '')) return name;
    throw denied('write', name);
  }
}

class GuardedBucket implements Bucket {
  readonly name: string;
  readonly created: Date;
  readonly objects: StoreDriver;
  readonly streamPart: Bucket['streamPart'];
  readonly completeChecked: Bucket['completeChecked'];
  readonly keepPart: Bucket['keepPart'];
  readonly #bucket: GatewayBucket;
  readonly #rights: Rights;

  constructor(bucket: GatewayBucket, rights: Rights) {
    this.name = bucket.name;
    this.created = bucket.created;
    this.#bucket = bucket;
    this.#rights = rights;
    this.objects = aroundCalls(bucket.objects, async ({ name, request }, proceed) => {
      this.#check(name, request);
      return proceed();
    });
    const { streamPart, completeChecked } = bucket;
    // Of no key; what becomes of it goes through the store's calls.
    this.keepPart = bucket.keepPart;
    this.completeChecked =
      completeChecked &&
      (async (request, claims, call) => {
        this.#check('multipart.complete', request);
        return completeChecked(request, claims, call);
      });
    this.streamPart =
      streamPart &&
      (async (part, call) => {
        this.#check('multipart.part', part);
        return streamPart(part, call);
      });
  }

  async listVersions(request: ListVersionsPageRequest, call: DriverCall) {
    this.#check('versions.page', request);
    return this.#bucket.listVersions(request, call);
  }

  /** Key by key: the others are deleted. */
  async deleteMany(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchOutcome> {
    const allowed = targets.filter(({ key }) => this.#rights.allows('write', this.name, key));
    const refused = targets
      .filter((target) => !allowed.includes(target))
      .map(({ key, versionId }) => {
        const { code, message } = toServiceError(denied('write', key));
        return { key, versionId, code, message };
      });
    if (allowed.length === 0) return { deleted: [], failed: refused };
    const { deleted, failed } = await this.#bucket.deleteMany(allowed, call);
    return { deleted, failed: [...refused, ...failed] };
  }

  #check(name: CallName, request: unknown): void {
    const { action, at, from } = TOUCHES[name];
    // As the contract of drivers has the requests of these calls.
    const members = (request ?? {}) as Readonly<Record<string, unknown>>;
    if (at === 'targets') {
      for (const { key } of request as readonly DeleteTarget[]) this.#need(action, key);
    } else if (at !== 'nothing') {
      this.#need(action, at === 'store' ? '' : members[at]);
    }
    if (from) this.#need('read', members['from']);
  }

  #need(action: Action, key: unknown): void {
    if (typeof key === 'string' && this.#rights.allows(action, this.name, key)) return;
    throw denied(action, String(key));
  }
}
