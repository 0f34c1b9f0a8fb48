import type { DeletePrefixOptions, ObjectStore } from '@store/core';
import { engineOf } from '@store/engine';
import { filtersIn } from '@store/deletion/filters';
import type { Estimate } from './reported-deletion.js';

/** A run that is over before this needs no estimate, in milliseconds. */
const LONG_RUN_MS = 2_000;

/** Most list requests for it: the run itself needs the service. */
const MAX_REQUESTS = 24;

/** One that may be off by more than this share of it tells nothing. */
const MOST_DOUBT = 0.5;

/**
 * How many objects a run will delete, estimated beside it from a few list requests, so that it has an ETA without being counted
 * first. Undefined where only some objects of the prefix are meant, or where a listing cannot begin in the middle.
 */
export function estimatedTotal(
  store: ObjectStore,
  prefix: string,
  selection: DeletePrefixOptions,
): Estimate | undefined {
  if (isNarrow(selection) || engineOf(store, 'estimate').driver.list.order !== 'utf8') return undefined;
  return (deleted, signal) => {
    let total: number | undefined;
    const timer = setTimeout(() => {
      void estimateLeft().catch(() => {
        // The run goes on without, and tells itself what is wrong with the service.
      });
    }, LONG_RUN_MS);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    return () => total;

    async function estimateLeft(): Promise<void> {
      const { estimate } = await import('@store/planning');
      const before = deleted();
      const found = await estimate(store, prefix, { maxRequests: MAX_REQUESTS, concurrency: 2, signal });
      const doubt = found.range ? (found.range.high - found.range.low) / 2 : found.exact ? 0 : Infinity;
      // The run has gone on meanwhile: half of what it did is in what was found.
      const gone = (before + deleted()) / 2;
      if (doubt <= MOST_DOUBT * found.objects) total = Math.round(gone + found.objects);
    }
  };
}

function isNarrow(selection: DeletePrefixOptions): boolean {
  const { versions = 'current', deleteMarkers = 'keep', maxDelete, dryRun } = selection;
  return (
    filtersIn(selection).length > 0 ||
    maxDelete !== undefined ||
    versions !== 'current' ||
    deleteMarkers !== 'keep' ||
    !!dryRun
  );
}
