import type { AddressSettings, DeletePrefixOptions } from '@store/core';
import { engineOf } from '@store/engine';
import type { FleetOptions, FleetTarget } from '@store/fleet';
import type { Context } from '../context.js';
import { UsageError } from '../exit-codes.js';
import type { Target } from '../session.js';
import { sharedAddress } from './shared-address.js';

/** One of the prefixes of a run, as this machine and as the workers open it. */
export interface RunTarget {
  readonly target: Target;
  readonly row: FleetTarget;
}

/** Opens them, and refuses what a run would refuse, before anybody is asked. @throws StoreError */
export async function openTargets(
  { session, signal }: Context,
  addresses: readonly string[],
  options: FleetOptions,
  given: AddressSettings,
): Promise<readonly RunTarget[]> {
  const { checkTargets } = await import('@store/fleet');
  const opened: RunTarget[] = [];
  for (const asked of addresses) {
    signal.throwIfAborted();
    const address = await sharedAddress(session, asked, given);
    const target = await session.open(asked);
    opened.push({ target, row: { address, store: target.store, prefix: target.key } });
  }
  const rows = opened.map(({ row }) => row);
  checkTargets(rows, options);
  checkApart(rows);
  const stopped = { ...selectionOf(options), dryRun: true, signal: AbortSignal.abort() };
  for (const { store, prefix } of rows) await store.deletePrefix(prefix, stopped);
  return opened;
}

/** What of the options says which keys are meant: for a preview. */
export function selectionOf({
  maxKeysPerSecond: _pace,
  maxFailures: _limit,
  keysPerJob: _share,
  verify: _after,
  ...selection
}: FleetOptions): DeletePrefixOptions {
  return selection;
}

/** @throws UsageError where a prefix is in another one: its keys would be counted by both */
function checkApart(rows: readonly FleetTarget[]): void {
  const places = rows.map(({ address, store, prefix }) => {
    const { provider, driver } = engineOf(store, 'fleet run');
    return { address, name: `${provider} ${driver.place}\0${prefix}` };
  });
  places.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  let outer = places[0];
  for (const inner of places.slice(1)) {
    if (outer && inner.name.startsWith(outer.name)) {
      const [one, other] = [outer, inner].map(({ address }) => JSON.stringify(address));
      throw new UsageError(`what is under ${other} is under ${one} too; name it once`);
    }
    outer = inner;
  }
}
