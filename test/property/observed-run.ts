import type {
  DeletePrefixOptions,
  DeletionFailure,
  DeletionProgress,
  DeletionReport,
  ObjectStore,
} from '@store/core';
import { NEW_ID, type Entry, type Upload } from './bucket-model.js';
import type { Ground } from './histories.js';

/** What was to be seen of a run. */
export interface ObservedRun {
  readonly report: DeletionReport;
  /** By the callbacks; `key@id`, with the id where one was named. */
  readonly matched: readonly string[];
  readonly deleted: readonly string[];
  readonly failed: readonly string[];
  readonly progress: DeletionProgress | undefined;
  /** All there is afterwards. */
  readonly after: readonly string[];
  readonly uploads: readonly Pick<Upload, 'key' | 'id'>[];
}

/**
 * Runs it and looks at the bucket from behind.
 *
 * @param before all there was
 */
export async function observe(
  { store, ground }: { readonly store: ObjectStore; readonly ground: Ground },
  prefix: string,
  options: DeletePrefixOptions,
  before: readonly Entry[],
): Promise<ObservedRun> {
  const matched: string[] = [];
  const deleted: string[] = [];
  const failed: string[] = [];
  let progress: DeletionProgress | undefined;
  const byServer = options.strategy === 'server-prefix';
  const report = await store.deletePrefix(prefix, {
    ...options,
    ...(byServer ? {} : { onMatch: (one) => void matched.push(nameOf(one)) }),
    onDeleted: (one) => void deleted.push(nameOf(one)),
    onFailure: (one: DeletionFailure) => void failed.push(nameOf(one)),
    onProgress: (one) => {
      progress = one;
    },
  });
  const after = lines(await ground.entries(), before);
  return { report, matched, deleted, failed, progress, after, uploads: await ground.uploads() };
}

function nameOf({
  key,
  versionId,
}: {
  readonly key: string;
  readonly versionId?: string | undefined;
}): string {
  return `${key}@${versionId ?? ''}`;
}

/** A bucket as text; versions that were not there before have an id that nobody could foretell. */
export function lines(entries: readonly Entry[], before: readonly Entry[]): string[] {
  const known = new Set(before.map(({ key, id }) => `${key}@${id}`));
  return entries.map(({ key, id, marker, size }) => {
    const shown = known.has(`${key}@${id}`) || id === 'null' ? id : NEW_ID;
    return `${JSON.stringify(key)} ${shown} ${marker ? 'marker' : `${size} bytes`}`;
  });
}
