import {
  DeletionError,
  type DeletedTarget,
  type DeletionFailure,
  type DeletionReport,
  type ObjectInfo,
  type ObjectStore,
  type Unnameable,
} from '@store/core';
import { PREFIX } from './bucket.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';
import { byteKey, isText, textOf, type Target, type Truth } from './truth.js';

/** What a run is judged by. */
export interface Outcome {
  /** Undefined where it has none, or did not end. */
  readonly report: DeletionReport | undefined;
  readonly error: unknown;
  /** Still going when nobody waits any more. */
  readonly endless: boolean;
  readonly deleted: readonly Target[];
  readonly failures: readonly DeletionFailure[];
  readonly listed: readonly (ObjectInfo & { readonly versionId?: string | undefined })[];
  readonly unnameable: readonly Unnameable[];
  /** Of calls that name what they delete. */
  readonly targets: readonly Target[];
}

/** Seconds of the process's own time, far more than any run needs: on a busy machine the clock goes on without it. */
const WATCHDOG_TICKS = 40;

/** Carries a plan out. Never rejects. */
export async function carryOut(
  store: ObjectStore,
  plan: Plan,
  truth: Truth,
  random: Random,
): Promise<Outcome> {
  const deleted: Target[] = [];
  const failures: DeletionFailure[] = [];
  const listed: ObjectInfo[] = [];
  const unnameable: Unnameable[] = [];
  const targets = targetsOf(plan, truth, random);
  const callbacks = {
    onDeleted: ({ key, versionId }: DeletedTarget) => void deleted.push({ key: byteKey(key), versionId }),
    onFailure: (failure: DeletionFailure) => void failures.push(failure),
  };
  const work = async (): Promise<DeletionReport | undefined> => {
    switch (plan.call) {
      case 'list':
      case 'listVersions': {
        const onUnnameable = (entry: Unnameable): void => void unnameable.push(entry);
        const options = plan.toldOfUnnameable ? { onUnnameable } : {};
        for await (const entry of store[plan.call](PREFIX, options)) listed.push(entry);
        return undefined;
      }
      case 'delete': {
        const [target] = targets;
        if (!target) return undefined;
        await store.delete(textOf(target.key));
        deleted.push(target);
        return undefined;
      }
      case 'deleteMany':
        return store.deleteMany(
          targets.map(({ key, versionId }) => ({ key: textOf(key), versionId })),
          { ...plan.options, ...callbacks },
        );
      case 'deletePrefix':
        return store.deletePrefix(PREFIX, { ...plan.options, ...callbacks });
    }
  };
  const ended = await withWatchdog(work());
  return { ...ended, deleted, failures, listed, unnameable, targets };
}

async function withWatchdog(
  work: Promise<DeletionReport | undefined>,
): Promise<Pick<Outcome, 'report' | 'error' | 'endless'>> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<'too long'>((resolve) => {
    let ticks = 0;
    timer = setInterval(() => {
      if (++ticks === WATCHDOG_TICKS) resolve('too long');
    }, 1000);
  });
  try {
    const report = await Promise.race([work, tooLong]);
    return report === 'too long'
      ? { report: undefined, error: undefined, endless: true }
      : { report, error: undefined, endless: false };
  } catch (error) {
    const report = error instanceof DeletionError ? error.report : undefined;
    return { report, error, endless: false };
  } finally {
    clearInterval(timer);
  }
}

/** Some keys that are there, and one that is not. */
function targetsOf(plan: Plan, truth: Truth, random: Random): Target[] {
  const there = truth.keys(byteKey(PREFIX)).filter((key) => truth.current(key) && isText(key));
  if (plan.call === 'delete')
    return random
      .shuffled(there)
      .slice(0, 1)
      .map((key) => ({ key }));
  if (plan.call !== 'deleteMany') return [];
  return [...random.some(there, 0.7), byteKey(`${PREFIX}missing`)].map((key) => ({ key }));
}
