// Servers that answer wrongly, in one way at a time.
import { describe, it } from 'mocha';
import type { Mode } from './mode.js';
import { MODES } from './modes/index.js';
import { playAll } from './play-all.js';
import { Random, seedOf } from './random.js';
import type { Scenario } from './scenario.js';
import { SEED, SOAK, TIMEOUT_MS } from './soak.js';
import { kindsFor, storesFor } from './stores-for.js';

function scenariosOf(mode: Mode): Scenario[] {
  const times = mode.heavy ? Math.ceil(SOAK / 4) : SOAK;
  return storesFor(mode, new Random(seedOf(SEED, mode.name))).flatMap((store) =>
    Array.from({ length: times }, (_, i) => {
      const seed = seedOf(SEED, `${mode.name} ${store.name} ${i}`);
      const [first, ...others] = kindsFor([mode], store);
      return first === undefined
        ? []
        : [{ store, modes: [mode], kind: new Random(seed).pick([first, ...others]), seed }];
    }).flat(),
  );
}

describe(`evil servers, SEED=${SEED}`, function () {
  this.timeout(TIMEOUT_MS);
  for (const mode of MODES) it(mode.name, () => playAll(scenariosOf(mode)));
});
