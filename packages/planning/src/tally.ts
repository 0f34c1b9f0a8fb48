import type { ObjectInfo } from '@store/core';

export interface Share {
  readonly objects: number;
  readonly bytes: number;
}

/** Objects whose size, or age, is at least `from` and less than `below`. */
export interface Bin extends Share {
  readonly from: number;
  /** Undefined: there is no upper end. */
  readonly below?: number | undefined;
}

/** Objects of one storage class. */
export interface ClassShare extends Share {
  /** The provider's own name; undefined where listings do not say. */
  readonly storageClass: string | undefined;
  /** By days since they were written. */
  readonly ages: readonly Bin[];
}

const KIB = 1024;
const MIB = KIB * KIB;

/** Where bins of sizes begin, in bytes. Infrequent-access classes bill at least 128 KiB on S3, 64 KiB on OSS. */
const SIZES = [0, 1, KIB, 16 * KIB, 64 * KIB, 128 * KIB, MIB, 16 * MIB, 128 * MIB, KIB * MIB];

/** Where bins of ages begin, in days. Storage classes have minimum durations of 30, 60, 90 and 180 days. */
const AGES = [0, 1, 7, 30, 60, 90, 180, 365, 730];

const DAY_MS = 86_400_000;

/** Objects and bytes by size, and by storage class and age. Numbers may be fractions: what a sample stands for. */
export class Tally {
  /** One share for each bin. */
  readonly #sizes: readonly Share[];
  readonly #agesByClass: ReadonlyMap<string | undefined, readonly Share[]>;

  private constructor(
    sizes: readonly Share[],
    agesByClass: ReadonlyMap<string | undefined, readonly Share[]>,
  ) {
    this.#sizes = sizes;
    this.#agesByClass = agesByClass;
  }

  /** @param now milliseconds since the epoch, for ages */
  static of(objects: readonly ObjectInfo[], now: number): Tally {
    // What has no time counts as written now: it is never taken for old.
    const ageOf = ({ lastModified }: ObjectInfo): number =>
      lastModified === undefined ? 0 : (now - lastModified.getTime()) / DAY_MS;
    const names = new Set(objects.map(({ storageClass }) => storageClass));
    const ages = Array.from(names, (name) => {
      const members = objects.filter(({ storageClass }) => storageClass === name);
      return [name, sharesOf(members, AGES, ageOf)] as const;
    });
    return new Tally(
      sharesOf(objects, SIZES, ({ size }) => size ?? 0),
      new Map(ages),
    );
  }

  get objects(): number {
    return sumOf(this.#sizes, (share) => share.objects);
  }

  get bytes(): number {
    return sumOf(this.#sizes, (share) => share.bytes);
  }

  /** So many times as much. */
  scaled(factor: number): Tally {
    const scale = (shares: readonly Share[]): readonly Share[] =>
      shares.map(({ objects, bytes }) => ({ objects: objects * factor, bytes: bytes * factor }));
    const classes = Array.from(this.#agesByClass, ([name, ages]) => [name, scale(ages)] as const);
    return new Tally(scale(this.#sizes), new Map(classes));
  }

  plus(other: Tally): Tally {
    const classes = new Map(this.#agesByClass);
    for (const [name, ages] of other.#agesByClass) classes.set(name, added(ages, classes.get(name)));
    return new Tally(added(this.#sizes, other.#sizes), classes);
  }

  /** In whole objects and bytes. */
  share(): Share {
    return { objects: Math.round(this.objects), bytes: Math.round(this.bytes) };
  }

  sizes(): readonly Bin[] {
    return binsOf(SIZES, this.#sizes);
  }

  /** Of all classes together, in days since objects were written. */
  ages(): readonly Bin[] {
    const none = AGES.map(() => ({ objects: 0, bytes: 0 }));
    return binsOf(AGES, Array.from(this.#agesByClass.values()).reduce(added, none));
  }

  /** Most objects first. */
  classes(): readonly ClassShare[] {
    return Array.from(this.#agesByClass, ([storageClass, ages]) => ({
      storageClass,
      objects: Math.round(sumOf(ages, (share) => share.objects)),
      bytes: Math.round(sumOf(ages, (share) => share.bytes)),
      ages: binsOf(AGES, ages),
    })).toSorted((a, b) => b.objects - a.objects);
  }
}

export function sumOf<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}

function sharesOf(
  objects: readonly ObjectInfo[],
  edges: readonly number[],
  of: (object: ObjectInfo) => number,
): readonly Share[] {
  const shares = edges.map(() => ({ objects: 0, bytes: 0 }));
  for (const object of objects) {
    const value = of(object);
    // What was written by a clock that is ahead is in the first bin.
    const bin = Math.max(
      0,
      edges.findLastIndex((edge) => edge <= value),
    );
    const share = shares[bin];
    if (!share) continue;
    share.objects++;
    share.bytes += object.size ?? 0;
  }
  return shares;
}

function added(a: readonly Share[], b: readonly Share[] = []): readonly Share[] {
  return a.map(({ objects, bytes }, i) => ({
    objects: objects + (b[i]?.objects ?? 0),
    bytes: bytes + (b[i]?.bytes ?? 0),
  }));
}

function binsOf(edges: readonly number[], shares: readonly Share[]): readonly Bin[] {
  return edges.map((from, i) => ({
    from,
    below: edges[i + 1],
    objects: Math.round(shares[i]?.objects ?? 0),
    bytes: Math.round(shares[i]?.bytes ?? 0),
  }));
}
