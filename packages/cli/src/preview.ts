import { quoteKey, type DeletePrefixOptions, type LeftOutReport } from '@store/core';
import { formatBytes, formatCount, formatObjects } from './format.js';
import { countsOf } from './left-out-text.js';
import { hidesOnly, ONLY_HIDES } from './hidden-versions.js';
import type { Target } from './session.js';

/** How long a preview counts before it shows what it has, in milliseconds. */
const PATIENCE_MS = 5_000;
const SAMPLE_KEYS = 5;

/** What a run would do, as far as it was counted. */
export interface Preview {
  /** Objects (or versions and markers) that would be deleted. */
  readonly matched: number;
  /** Those that match and cannot be deleted: no request can name them, or nobody knows whether they match. */
  readonly stuck: number;
  /** Incomplete uploads that would be aborted. */
  readonly uploads: number;
  readonly leftOut: LeftOutReport['byKind'];
  readonly bytes: number;
  readonly sample: readonly string[];
  /** All was counted; else there is more. */
  readonly complete: boolean;
  /** Object versions and delete markers count, not objects. */
  readonly versions: boolean;
  readonly onlyHides: boolean;
}

/** Lists what a run would delete, for a limited time. @throws as `deletePrefix` */
export async function preview(
  { store, key }: Target,
  options: DeletePrefixOptions,
  patienceMs = PATIENCE_MS,
): Promise<Preview> {
  const enough = new AbortController();
  const timer = patienceMs === Infinity ? undefined : setTimeout(() => enough.abort(), patienceMs);
  const sample: string[] = [];
  try {
    const report = await store.deletePrefix(key, {
      ...options,
      maxDelete: undefined,
      dryRun: true,
      signal: options.signal ? AbortSignal.any([options.signal, enough.signal]) : enough.signal,
      onMatch: (object) => {
        if (sample.length < SAMPLE_KEYS) sample.push(object.key);
      },
    });
    const { versions = 'current', deleteMarkers = 'keep' } = options;
    return {
      matched: report.matched - report.failed,
      stuck: report.failed,
      uploads: report.uploads?.listed ?? 0,
      leftOut: report.leftOut.byKind,
      bytes: report.bytes,
      sample,
      complete: !report.aborted,
      versions: versions !== 'current' || deleteMarkers !== 'keep',
      onlyHides: await hidesOnly(store, sample[0], options),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** There is nothing to decide on. */
export function isNothing({ matched, stuck, uploads, complete }: Preview): boolean {
  return matched + stuck + uploads === 0 && complete;
}

/** What the user decides on, in lines. */
export function previewText(
  { store, key, address }: Target,
  found: Preview,
  maxDelete = Infinity,
): readonly string[] {
  const { matched, stuck, uploads, leftOut, bytes, sample, complete } = found;
  const stays = countsOf(leftOut);
  const where = key === '' ? `the entire store ${address}` : quoteKey(key);
  if (isNothing(found)) return [`nothing under ${where} matches`];
  if (matched + stuck + uploads === 0)
    return [
      `nothing under ${where} in ${address} (${store.provider}) was counted yet: its listing takes long, and so nobody knows how much there is`,
    ];
  const more = matched - sample.length;
  const least = complete ? '' : 'at least ';
  const things = (count: number): string =>
    found.versions ? `${formatCount(count)} versions and delete markers` : formatObjects(count);
  return [
    `${least}${things(matched)} (${formatBytes(bytes)}) under ${where} in ${address} (${store.provider}):`,
    ...sample.map((name) => `  ${quoteKey(name)}`),
    ...(more > 0 || !complete ? [`  … and ${least}${things(more)} more`] : []),
    ...(uploads > 0 ? [`and ${least}${formatCount(uploads)} incomplete uploads`] : []),
    ...(stuck > 0 ? [`${least}${formatObjects(stuck)} more cannot be deleted`] : []),
    ...(stays === undefined ? [] : [`what is no file stays: ${least}${stays}`]),
    ...(matched > maxDelete ? [`at most ${formatCount(maxDelete)} of them (--max-delete)`] : []),
    ...(found.onlyHides ? [ONLY_HIDES] : []),
  ];
}
