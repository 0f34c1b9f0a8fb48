import type { Kind } from './ask.js';
import type { Mode } from './mode.js';
import type { Random } from './random.js';
import { SOAK } from './soak.js';
import { STORES, type StoreUnderTest } from './targets.js';

/** The kinds of requests that modes are about and a store sends. */
export function kindsFor(modes: readonly Mode[], store: StoreUnderTest): Kind[] {
  return store.kinds.filter((kind) => modes.every(({ on }) => on.includes(kind)));
}

function suits(modes: readonly Mode[], store: StoreUnderTest): boolean {
  const isKnown = ({ dialects }: Mode): boolean => !dialects || dialects.includes(store.dialect.name);
  return modes.every(isKnown) && kindsFor(modes, store).length > 0;
}

/** Stores on which a mode makes sense: all of them in a soak, else one or two of each provider. */
export function storesFor(mode: Mode, random: Random): StoreUnderTest[] {
  const suitable = STORES.filter((store) => suits([mode], store));
  if (SOAK > 1) return suitable;
  // In random order, so that the first of each provider is another one each time.
  const shuffled = random.shuffled(suitable);
  const most = (name: string): number => (name === 's3' && !mode.heavy ? 2 : 1);
  return shuffled.filter((store, i) => {
    const { name } = store.dialect;
    return shuffled.slice(0, i).filter(({ dialect }) => dialect.name === name).length < most(name);
  });
}
