// Servers that answer wrongly in two or three ways, by chance.
import { describe, it } from 'mocha';
import type { Mode } from './mode.js';
import { MODES } from './modes/index.js';
import { playAll } from './play-all.js';
import { Random, seedOf } from './random.js';
import type { Scenario } from './scenario.js';
import { SEED, SOAK, TIMEOUT_MS } from './soak.js';
import { STORES, type StoreUnderTest } from './targets.js';

/** Runs on each store. */
const RUNS = 12;

function randomScenario(store: StoreUnderTest, seed: number): Scenario[] {
  const random = new Random(seed);
  const suitable = MODES.filter(
    ({ dialects, on, heavy }) =>
      !heavy &&
      (!dialects || dialects.includes(store.dialect.name)) &&
      on.some((kind) => store.kinds.includes(kind)),
  );
  const modes: readonly Mode[] = random.shuffled(suitable).slice(0, 2 + random.int(2));
  const kinds = store.kinds.filter((kind) => modes.some(({ on }) => on.includes(kind)));
  const [first, ...others] = kinds;
  return first === undefined ? [] : [{ store, modes, kind: random.pick([first, ...others]), seed }];
}

describe(`evil servers in several ways, SEED=${SEED}`, function () {
  this.timeout(TIMEOUT_MS);
  for (const store of STORES) {
    it(store.name, () =>
      playAll(
        Array.from({ length: RUNS * SOAK }, (_, i) =>
          randomScenario(store, seedOf(SEED, `${store.name} ${i}`)),
        ).flat(),
      ),
    );
  }
});
