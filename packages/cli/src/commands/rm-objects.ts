import { quoteKey, StoreError, toStoreError, type DeletionFailure, type ObjectStore } from '@store/core';
import type { Context } from '../context.js';
import { failureText, reasonText } from '../error-text.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import type { Output } from '../output.js';
import { patternHint } from '../pattern-hint.js';
import type { Target } from '../session.js';
import { displayKey } from '../display-key.js';
import type { SingleRmOptions } from './rm-options.js';

/** Keys that are looked at together before they are deleted. */
const LOOKS_IN_FLIGHT = 16;

/** What became of the addresses, each in one of these. */
interface Outcomes {
  readonly deleted: string[];
  /** Nothing was there to be deleted. */
  readonly missing: string[];
  readonly failed: ({ readonly address: string } & DeletionFailure)[];
  /** Not tried. */
  readonly skipped: string[];
}

/** `store rm` without `-r`: single objects. One that cannot be deleted does not keep the others. */
export async function removeObjects(
  { output, session, log, verbose, signal }: Context,
  addresses: readonly string[],
  options: SingleRmOptions,
): Promise<ExitCode> {
  if (options.strict && options.force)
    throw new UsageError('--force says that a key may be missing, and --strict that none may');
  if (options.versionId !== undefined && addresses.length > 1) {
    throw new UsageError('--version-id goes with one address');
  }
  // All of them are looked at before anything is deleted.
  const stores = new Map<ObjectStore, Map<string, Target>>();
  for (const address of addresses) {
    const target = await session.openKey(address);
    const targets = stores.get(target.store) ?? new Map<string, Target>();
    stores.set(target.store, targets.set(target.key, target));
  }
  for (const store of stores.keys()) await checkOptions(store, options);

  const outcomes: Outcomes = { deleted: [], missing: [], failed: [], skipped: [] };
  let mistaken = false;
  for (const targets of stores.values()) {
    const { literal, missing } = await sift([...targets.values()], output, options, signal);
    mistaken ||= literal.length < targets.size;
    await deleteEach(literal, missing, { output, log, verbose, options, signal, outcomes });
    outcomes.missing.push(
      ...[...targets.values()].filter((target) => !literal.includes(target)).map(addressOf),
    );
  }
  log.account('deletion', {
    deleted: outcomes.deleted.length,
    missing: outcomes.missing.length,
    failed: outcomes.failed.length,
    skipped: outcomes.skipped.length,
  });
  if (options.json) await output.resultJson(outcomes);
  if (signal.aborted) return EXIT.interrupted;
  const { missing, failed, skipped } = outcomes;
  const wrong = mistaken || failed.length > 0 || skipped.length > 0 || (options.strict && missing.length > 0);
  return wrong ? EXIT.failed : EXIT.complete;
}

/** @throws StoreError when a store does not know what it is asked for */
async function checkOptions(store: ObjectStore, options: SingleRmOptions): Promise<void> {
  if (options.versionId !== undefined && !store.capabilities.versions) {
    throw new StoreError('Unsupported', `this ${store.provider} store does not support --version-id`);
  }
  await store.deleteMany([], options.pass);
}

/** Looks which objects are there, and takes out those that were hardly meant: patterns and directories that are none. */
async function sift(
  targets: readonly Target[],
  output: Output,
  options: SingleRmOptions,
  signal: AbortSignal,
): Promise<{ readonly literal: readonly Target[]; readonly missing: ReadonlySet<Target> }> {
  const missing = new Set<Target>();
  for (let start = 0; start < targets.length && !signal.aborted; start += LOOKS_IN_FLIGHT) {
    const some = targets.slice(start, start + LOOKS_IN_FLIGHT);
    const there = await Promise.all(some.map((target) => isThere(target, options.versionId, signal)));
    for (const [i, target] of some.entries()) if (there[i] === false) missing.add(target);
  }
  const literal = targets.filter((target) => {
    const hint = patternHint(target);
    if (hint === undefined || !missing.has(target)) return true;
    output.note(`store: ${noSuch(target)}; ${hint}`);
    return false;
  });
  return { literal, missing };
}

/** Undefined where nobody may ask. */
async function isThere(
  { store, key }: Target,
  versionId: string | undefined,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    await store.head(key, { versionId, signal });
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) return undefined;
    // Nobody else is asked in vain.
    if (error.unanswered !== undefined) throw error;
    return error.code === 'NotFound' ? false : undefined;
  }
}

async function deleteEach(
  targets: readonly Target[],
  missing: ReadonlySet<Target>,
  {
    output,
    log,
    verbose,
    options,
    signal,
    outcomes,
  }: Pick<Context, 'output' | 'log' | 'verbose'> & {
    readonly options: SingleRmOptions;
    readonly signal: AbortSignal;
    readonly outcomes: Outcomes;
  },
): Promise<void> {
  const [first] = targets;
  if (!first) return;
  const left = new Map(targets.map((target) => [target.key, target]));
  const settle = (key: string): Target | undefined => {
    const target = left.get(key);
    left.delete(key);
    return target;
  };
  let failed = false;
  try {
    await first.store.deleteMany(
      targets.map(({ key }) => ({ key, versionId: options.versionId })),
      {
        ...options.pass,
        // One key is one plain request, for which fewer permissions will do.
        strategy: targets.length === 1 ? 'single' : undefined,
        signal,
        onDeleted: ({ key }) => {
          const target = settle(key);
          if (!target) return;
          // What was not there before was deleted by nobody. Only now is it known that there is such a bucket.
          if (missing.has(target)) {
            if (!options.force) output.note(`store: ${noSuch(target)}`);
          } else if (verbose && !options.json) output.print(`deleted ${displayKey(target.address)}`);
          outcomes[missing.has(target) ? 'missing' : 'deleted'].push(target.address);
        },
        onFailure: (failure) => {
          failed = true;
          log.failure(failure);
          const target = settle(failure.key);
          if (target) outcomes.failed.push({ address: target.address, ...failure });
          output.note(`store: ${failureText(failure)}`);
        },
      },
    );
  } catch (thrown) {
    // Keys that met it have been named with it; other stores may fare better.
    if (!failed) output.note(`store: ${reasonText(toStoreError(thrown))}`);
  }
  for (const { address } of left.values()) {
    output.note(`store: ${displayKey(address)}: not tried`);
    outcomes.skipped.push(address);
  }
}

function noSuch({ key }: Target): string {
  return `${quoteKey(key)}: there is no such object`;
}

function addressOf({ address }: Target): string {
  return address;
}
