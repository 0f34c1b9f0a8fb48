import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as core from '@store/core';
import type * as adapter from '@store/s3';
import { s3Entry } from './ours.js';
import { firstPrefix, NotHere, type Prepare, type Target } from './contestant.js';

/** Another checkout of this project, built: what it was before a change. */
export const prepare: Prepare = async (target) => {
  const against = otherCheckout(target);
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(against, path)).href);
  // The same modules as ours, of another time.
  const { openStore } = (await load('core/dist/index.js')) as typeof core;
  const { s3 } = (await load('adapters/s3/dist/index.js')) as typeof adapter;
  const store = await openStore(s3Entry(target), { adapters: [s3] });
  return async () => {
    await store.deletePrefix(firstPrefix(target));
    await store.close();
    return undefined;
  };
};

/** @throws NotHere */
export function otherCheckout({ against }: Target): string {
  if (against === undefined) throw new NotHere('--against DIRECTORY names no other checkout');
  return against;
}
