import { quoteKey, StoreError, type ObjectStore } from '@store/core';
import { engineOf } from '@store/engine';
import { copyKeysOptions, moveKeysOptions, type KeysOptions } from './options.js';
import { shareBucket, type Side } from './place.js';
import { Removal } from './removal.js';
import type { TransferReport } from './report.js';
import { checkTarget, Run, type Task } from './run.js';

/** Of a key at the source, the key at the target. */
export type KeyPairs = Iterable<readonly [from: string, to: string]>;

/**
 * Copies exactly these objects, each under a key of its own, as `copyPrefix` does. One that is not there is a failure of the report.
 *
 * @throws StoreError, TransferError as `copyPrefix`
 */
export async function copyKeys(
  from: ObjectStore,
  to: ObjectStore,
  pairs: KeyPairs,
  options: KeysOptions = {},
): Promise<TransferReport> {
  return run(taskOf('copyKeys', from, to, pairs, copyKeysOptions.check(options)));
}

/** Moves exactly these objects, as `movePrefix` does. @throws as {@link copyKeys} */
export async function moveKeys(
  from: ObjectStore,
  to: ObjectStore,
  pairs: KeyPairs,
  options: KeysOptions = {},
): Promise<TransferReport> {
  const task = taskOf('moveKeys', from, to, pairs, moveKeysOptions.check(options));
  if (task.options.dryRun) return run(task);
  const removal = new Removal(task.from, task.to, task.options.onFailure);
  return run({
    ...task,
    beforeCopy: (key, target) => removal.before(key, target),
    onCopied: (copied) => removal.add(copied),
    finish: (ended) => removal.end(ended),
  });
}

function taskOf(
  operation: 'copyKeys' | 'moveKeys',
  from: ObjectStore,
  to: ObjectStore,
  pairs: KeyPairs,
  options: Task['options'],
): Task {
  const targets = new Map(pairs);
  const sides: { readonly from: Side; readonly to: Side } = {
    from: { store: from, prefix: '', engine: engineOf(from, operation) },
    to: { store: to, prefix: '', engine: engineOf(to, operation) },
  };
  if (new Set(targets.values()).size < targets.size) {
    throw new StoreError('InvalidArgument', 'two of the keys would get the same one at the target', {
      operation,
    });
  }
  for (const [key, target] of shareBucket(sides.from, sides.to) ? targets : []) {
    // In place, to give it another class or type.
    const inPlace = key === target && (options.storageClass ?? options.contentType) !== undefined;
    if (!targets.has(target) || inPlace) continue;
    const message =
      key === target ? 'source and target are the same' : `its target ${quoteKey(target)} is a source too`;
    throw new StoreError('InvalidArgument', message, { operation, key });
  }
  // Every key comes from the map.
  return { operation, ...sides, options, keys: targets.keys(), targetKey: (key) => targets.get(key) ?? '' };
}

function run(task: Task): Promise<TransferReport> {
  checkTarget(task);
  return new Run(task).perform();
}
