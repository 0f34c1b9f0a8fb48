import type { LeftOut } from '@store/driver';
import type { LeftOutReport } from './report.js';

/** What a report names. */
const SAMPLE_SIZE = 20;

/** Counts what stands among the objects of a listing and is none. */
export class LeftOutBooks {
  readonly #byKind = new Map<string, number>();
  readonly #sample: LeftOutReport['sample'][number][] = [];

  count({ name, kind }: LeftOut): void {
    this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
    if (this.#sample.length < SAMPLE_SIZE) this.#sample.push({ name, kind });
  }

  get report(): LeftOutReport {
    return { byKind: Object.fromEntries(this.#byKind), sample: [...this.#sample] };
  }
}
