import { quoteKey, type DeletePrefixOptions } from '@store/core';
import { formatBytes, formatObjects } from './format.js';
import type { Target } from './session.js';

/** How long a preview counts before it shows what it has, in milliseconds. */
const PATIENCE_MS = 5_000;
const SAMPLE_KEYS = 5;

/** What a run would do, as far as it was counted. */
export interface Preview {
  readonly matched: number;
  readonly bytes: number;
  readonly sample: readonly string[];
  /** All was counted; else there is more. */
  readonly complete: boolean;
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
    return { matched: report.matched, bytes: report.bytes, sample, complete: !report.aborted };
  } finally {
    clearTimeout(timer);
  }
}

/** What the user decides on. */
export function previewText({ store, key, address }: Target, found: Preview): string[] {
  const { matched, bytes, sample, complete } = found;
  const where = key === '' ? `the entire store ${address}` : quoteKey(key);
  if (matched === 0 && complete) return [`nothing under ${where} matches`];
  const more = matched - sample.length;
  return [
    `${complete ? '' : 'at least '}${formatObjects(matched)} (${formatBytes(bytes)}) under ${where} in ${address} (${store.provider}):`,
    ...sample.map((name) => `  ${quoteKey(name)}`),
    ...(more > 0 || !complete ? [`  … and ${complete ? '' : 'at least '}${formatObjects(more)} more`] : []),
  ];
}
