import type { DeletePrefixOptions } from '@store/core';
import { NEW_ID, type BucketModel, type Entry, type Upload } from './bucket-model.js';
import { globMatches } from './glob-oracle.js';

/** A run, and what the world around it is like. */
export interface Question {
  readonly prefix: string;
  readonly options: DeletePrefixOptions;
  /** When the run begins; milliseconds since the epoch. No entry is so near to a bound that a second would matter. */
  readonly startedAt: number;
  /** Keys that the service refuses to delete. */
  readonly held: ReadonlySet<string>;
}

/** What the documentation of `deletePrefix` says has to come of it. */
export interface Expectation {
  /** What is sent for deletion (a dry run: would be), in this order. */
  readonly sent: readonly Entry[];
  readonly deleted: readonly Entry[];
  readonly failed: readonly Entry[];
  /** The run ends at `maxDelete`. */
  readonly limited: boolean;
  /** What a listing to the end names, and how much of it is meant; a run that is limited need not list so far. */
  readonly listed: number;
  readonly matched: number;
  readonly markersCreated: number;
  /** Which are to be aborted, where that is asked for. */
  readonly uploads: readonly Upload[] | undefined;
  readonly after: BucketModel;
}

/** Says it for the real run, or for the dry one: that deletes nothing, and knows nothing of what is held. */
export function expectationOf(
  before: BucketModel,
  { held, ...question }: Question,
  dryRun: boolean,
): Expectation {
  const world = before.copy();
  const run = new Run(world, { ...question, held: dryRun ? new Set() : held });
  if (question.options.uploads) run.abortUploads();
  const { versions = 'current', deleteMarkers = versions === 'all' ? 'all' : 'keep' } = question.options;
  if (versions === 'current') run.deleteCurrent({ really: !dryRun });
  else run.deleteVersions(versions, { showMarkers: deleteMarkers === 'keep' });
  if (deleteMarkers !== 'keep' && !run.limited) run.deleteMarkers(deleteMarkers);
  return run.expectation(dryRun ? before : world, dryRun);
}

class Run {
  readonly #world: BucketModel;
  readonly #question: Question;
  readonly #sent: Entry[] = [];
  readonly #deleted: Entry[] = [];
  readonly #failed: Entry[] = [];
  #listed = 0;
  #matched = 0;
  #markersCreated = 0;
  #uploads: readonly Upload[] | undefined;

  constructor(world: BucketModel, question: Question) {
    this.#world = world;
    this.#question = question;
  }

  get limited(): boolean {
    return this.#matched > this.#sent.length;
  }

  /** Sizes say nothing of what is not whole. */
  abortUploads(): void {
    const { prefix } = this.#question;
    const meant = this.#world.uploads.filter(
      ({ key, time }) => key.startsWith(prefix) && this.#nameAndTimePass(key, time),
    );
    this.#world.uploads = this.#world.uploads.filter((one) => !meant.includes(one));
    this.#uploads = meant;
  }

  /** @param really a dry run leaves the objects, and makes no markers on them */
  deleteCurrent({ really }: { readonly really: boolean }): void {
    const world = this.#world;
    for (const entry of this.#under(world.current())) {
      this.#see(entry, true, () => {
        if (!really) return;
        world.delete(entry.key, { id: NEW_ID, time: this.#question.startedAt });
        if (world.versioning !== 'off') this.#markersCreated++;
      });
    }
  }

  deleteVersions(which: 'all' | 'noncurrent', { showMarkers }: { readonly showMarkers: boolean }): void {
    const world = this.#world.copy();
    for (const entry of this.#under(world.all())) {
      if (!entry.marker)
        this.#see(entry, which === 'all' || !world.isLatest(entry), () => this.#remove(entry));
      else if (showMarkers) this.#see(entry, false);
    }
  }

  /** Of the markers as they are when the versions have been dealt with. One that hides an object stays. */
  deleteMarkers(which: 'expired' | 'all'): void {
    const world = this.#world.copy();
    for (const entry of this.#under(world.all()).filter(({ marker }) => marker)) {
      const overObjects = world.of(entry.key).some(({ marker }) => !marker);
      const meant = !overObjects || (which === 'all' && !world.isLatest(entry));
      this.#see(entry, meant, () => this.#remove(entry));
    }
  }

  expectation(after: BucketModel, dryRun: boolean): Expectation {
    return {
      sent: this.#sent,
      deleted: dryRun ? [] : this.#deleted,
      failed: this.#failed,
      limited: this.limited,
      listed: this.#listed,
      matched: this.#matched,
      markersCreated: this.#markersCreated,
      uploads: this.#uploads,
      after,
    };
  }

  #under(entries: readonly Entry[]): Entry[] {
    return entries.filter(({ key }) => key.startsWith(this.#question.prefix));
  }

  #remove({ key, id }: Entry): void {
    this.#world.remove(key, id);
  }

  #see(entry: Entry, meant: boolean, carryOut: () => void = () => undefined): void {
    const { options, held } = this.#question;
    this.#listed++;
    if (!meant || !this.#passes(entry)) return;
    this.#matched++;
    if (this.#sent.length >= (options.maxDelete ?? Infinity)) return;
    this.#sent.push(entry);
    if (held.has(entry.key)) {
      this.#failed.push(entry);
      return;
    }
    this.#deleted.push(entry);
    carryOut();
  }

  #passes({ key, size, time }: Entry): boolean {
    const { minSize = 0, maxSize = Infinity } = this.#question.options;
    return size >= minSize && size <= maxSize && this.#nameAndTimePass(key, time);
  }

  #nameAndTimePass(key: string, time: number): boolean {
    const { prefix, options, startedAt } = this.#question;
    const { include, exclude, olderThan = -Infinity, newerThan = Infinity } = options;
    const name = key.slice(prefix.length);
    const age = startedAt - time;
    if (include !== undefined && ![include].flat().some((glob) => globMatches(glob, name))) return false;
    if (exclude !== undefined && [exclude].flat().some((glob) => globMatches(glob, name))) return false;
    if (age <= olderThan || age >= newerThan) return false;
    if (options.modifiedBefore && time >= options.modifiedBefore.getTime()) return false;
    return !options.notAfterStart || time < startedAt;
  }
}
