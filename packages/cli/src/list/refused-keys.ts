import type { DeletionFailure, DeletionReport } from '@store/core';

/** Failures that a report names. */
const SAMPLE_SIZE = 100;

/** Keys of a list that were not given to the library, because they must not be deleted. */
export class RefusedKeys {
  readonly #sample: DeletionFailure[] = [];
  #count = 0;

  /** @returns how it failed */
  add(key: string, versionId: string | undefined, message: string): DeletionFailure {
    const failure: DeletionFailure = { key, versionId, code: 'InvalidArgument', message, attempts: 0 };
    this.#count++;
    if (this.#sample.length < SAMPLE_SIZE) this.#sample.push(failure);
    return failure;
  }

  /** A report in which they failed. */
  in(report: DeletionReport): DeletionReport {
    if (this.#count === 0) return report;
    const { listed, matched, failed, failures } = report;
    const { byCode, sample } = failures;
    return {
      ...report,
      listed: listed + this.#count,
      matched: matched + this.#count,
      failed: failed + this.#count,
      failures: {
        byCode: { ...byCode, InvalidArgument: (byCode.InvalidArgument ?? 0) + this.#count },
        sample: [...this.#sample, ...sample].slice(0, SAMPLE_SIZE),
      },
      complete: false,
    };
  }
}
