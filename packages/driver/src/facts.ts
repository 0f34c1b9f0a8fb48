/**
 * A size as a driver or a caller gives it, in bytes; undefined when it is none. What a service says is not believed:
 * NaN or -Infinity would spoil every sum that it enters.
 */
export function soundSize(size: number | undefined): number | undefined {
  return Number.isSafeInteger(size) && size !== undefined && size >= 0 ? size : undefined;
}

/** A time as a driver gives it; undefined when it is none. */
export function soundTime(time: Date | undefined): Date | undefined {
  return time instanceof Date && !Number.isNaN(time.getTime()) ? time : undefined;
}

interface Described {
  readonly size?: number | undefined;
  readonly lastModified?: Date | undefined;
}

/** The entry with those of its facts that can be ones; the same object when all can. */
export function withSoundFacts<T extends Described>(entry: T): T {
  const size = soundSize(entry.size);
  const lastModified = soundTime(entry.lastModified);
  return size === entry.size && lastModified === entry.lastModified
    ? entry
    : { ...entry, size, lastModified };
}

/** As {@link withSoundFacts}, of all entries; the same array when nothing is wrong. */
export function allWithSoundFacts<T extends Described>(entries: readonly T[]): readonly T[] {
  const unsound = entries.some((entry) => withSoundFacts(entry) !== entry);
  return unsound ? entries.map((entry) => withSoundFacts(entry)) : entries;
}
