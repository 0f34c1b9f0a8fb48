import {
  compareKeys,
  StoreError,
  type DeletePrefixOptions,
  type DeletionReport,
  type ObjectInfo,
  type ObjectStore,
  type VersionInfo,
} from '@store/core';
import { engineOf } from '@store/engine';
import { SetReader, type ApprovedEntry, type SetHeader } from './approved-set.js';

export interface ApplySetOptions extends Pick<
  DeletePrefixOptions,
  | 'signal'
  | 'concurrency'
  | 'maxKeysPerSecond'
  | 'maxDuration'
  | 'maxFailures'
  | 'onProgress'
  | 'onDeleted'
  | 'onFailure'
  | 'journal'
  | 'mfa'
  | 'bypassGovernance'
  | 'requestPayer'
  | 'expectedBucketOwner'
> {
  /** Called for everything in the set that is left, in the order of the set. */
  readonly onLeft?: ((left: LeftEntry) => void) | undefined;
}

/** Something that was approved, and is left. */
export interface LeftEntry {
  readonly entry: ApprovedEntry;
  /**
   * `changed`: it is another one now. `gone`: it is not there any more, or not as what was approved (a version that was not the
   * latest one and is now).
   */
  readonly why: 'gone' | 'changed';
}

export interface ApplyReport {
  readonly deletion: DeletionReport;
  /** What the set approves. */
  readonly approved: number;
  readonly gone: number;
  readonly changed: number;
  /** The first of those that are left. */
  readonly sample: readonly LeftEntry[];
}

const SAMPLE_SIZE = 20;

/**
 * Deletes what a set names that {@link writeSet} has written, and nothing else: what is there as it was then. Everything is
 * listed again for that; where the store deletes on condition of an ETag, that is sent too. What has changed or gone since is
 * left and named; what is new is left.
 *
 * @throws StoreError `InvalidArgument` for what is no set, or one of another store; `Corrupt` for one that is not whole, or
 * was changed: before anything is deleted. `DeletionError` as `deletePrefix`
 */
export async function applySet(
  store: ObjectStore,
  path: string,
  { onLeft, ...options }: ApplySetOptions = {},
): Promise<ApplyReport> {
  const { driver, provider } = engineOf(store, 'applySet');
  const { header, approved } = readSetHeader(path);
  if (header.place !== driver.place || header.provider !== provider) {
    const message = `${path} is about the store ${header.place}, and this one is ${driver.place}`;
    throw new StoreError('InvalidArgument', message, { operation: 'applySet', provider });
  }
  if (driver.list.order !== 'utf8') {
    const message = 'a set is compared with a listing in the order of keys, which this store does not have';
    throw new StoreError('Unsupported', message, { operation: 'applySet', provider });
  }
  const structure: DeletePrefixOptions = header.options;
  const counts = { gone: 0, changed: 0 };
  const sample: LeftEntry[] = [];
  const left = (one: LeftEntry): void => {
    counts[one.why]++;
    if (sample.length < SAMPLE_SIZE) sample.push(one);
    onLeft?.(one);
  };
  using objects = new ApprovedPart(path, false, left);
  using markers = new ApprovedPart(path, true, left);
  const ofVersions = structure.versions === 'noncurrent' || structure.versions === 'all';
  const deletion = await store.deletePrefix(header.prefix, {
    ...structure,
    ...options,
    ifUnchanged: !ofVersions && driver.delete.ifMatch !== false,
    // In the order of keys, and no more than that.
    maxDelete: approved,
    where: (object) => (isMarker(object) ? markers : objects).approves(object, ofVersions),
  });
  if (!deletion.aborted) {
    objects.end();
    markers.end();
  }
  return { deletion, approved, ...counts, sample };
}

/**
 * What a set is about, and how much it approves: after all of it has been looked at, so that nothing is deleted by half of
 * one.
 *
 * @throws StoreError `InvalidArgument` for what is no set; `Corrupt` for one that is not whole, or was changed
 */
export function readSetHeader(path: string): {
  readonly header: SetHeader;
  readonly approved: number;
  readonly bytes: number;
} {
  using reader = new SetReader(path);
  const { header } = reader;
  for (const entries = reader.entries(); ;) {
    const { done, value } = entries.next();
    if (done) return { header, approved: value.count, bytes: value.bytes };
    if (!value.key.startsWith(header.prefix)) {
      const message = `${path} names ${JSON.stringify(value.key)}, which is outside its prefix ${JSON.stringify(header.prefix)}`;
      throw new StoreError('Corrupt', message);
    }
  }
}

/** The objects of a set, or its delete markers, beside a listing in the same order. */
class ApprovedPart implements Disposable {
  readonly #reader: SetReader;
  readonly #entries: Generator<ApprovedEntry, unknown, undefined>;
  readonly #markers: boolean;
  readonly #onLeft: (left: LeftEntry) => void;
  #next: ApprovedEntry | undefined;
  /** Those of one key, and which of them have been met. */
  #key: string | undefined;
  #ofKey: { readonly entry: ApprovedEntry; isMet: boolean }[] = [];

  constructor(path: string, markers: boolean, onLeft: (left: LeftEntry) => void) {
    this.#reader = new SetReader(path);
    this.#entries = this.#reader.entries();
    this.#markers = markers;
    this.#onLeft = onLeft;
    this.#read();
  }

  /** Whether an entry of the listing is in the set, as it is now. */
  approves(object: ObjectInfo | VersionInfo, byVersion: boolean): boolean {
    this.#goTo(object.key);
    if (object.key !== this.#key) return false;
    const { versionId } = object;
    const one = this.#ofKey.find(({ entry }) => !byVersion || entry.versionId === versionId);
    if (!one || one.isMet) return false;
    one.isMet = true;
    if (isSame(one.entry, object)) return true;
    this.#onLeft({ entry: one.entry, why: 'changed' });
    return false;
  }

  /** The listing has ended: what was not met is gone. */
  end(): void {
    this.#leaveKey();
    while (this.#next) {
      this.#onLeft({ entry: this.#next, why: 'gone' });
      this.#read();
    }
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  #goTo(key: string): void {
    if (key === this.#key) return;
    this.#leaveKey();
    while (this.#next && compareKeys(this.#next.key, key) < 0) {
      this.#onLeft({ entry: this.#next, why: 'gone' });
      this.#read();
    }
    if (this.#next?.key !== key) return;
    this.#key = key;
    while (this.#next?.key === key) {
      this.#ofKey.push({ entry: this.#next, isMet: false });
      this.#read();
    }
  }

  #leaveKey(): void {
    for (const { entry, isMet } of this.#ofKey) if (!isMet) this.#onLeft({ entry, why: 'gone' });
    this.#ofKey = [];
    this.#key = undefined;
  }

  #read(): void {
    for (;;) {
      const { done, value } = this.#entries.next();
      this.#next = done ? undefined : value;
      if (!this.#next || (this.#next.deleteMarker ?? false) === this.#markers) return;
    }
  }
}

function isMarker(object: ObjectInfo | VersionInfo): boolean {
  return 'deleteMarker' in object && object.deleteMarker;
}

/** Of what both know: some listings give no ETag, or no time. */
function isSame(entry: ApprovedEntry, object: ObjectInfo | VersionInfo): boolean {
  // Its id says all of a marker.
  if (isMarker(object)) return true;
  const { etag, size, lastModified } = object;
  return (
    differsNot(entry.etag, etag) &&
    differsNot(entry.size, size) &&
    differsNot(entry.lastModified, lastModified?.toISOString())
  );
}

function differsNot<T>(there: T | undefined, here: T | undefined): boolean {
  return there === undefined || here === undefined || there === here;
}
