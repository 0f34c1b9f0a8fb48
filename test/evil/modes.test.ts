// Servers that answer wrongly, in one way at a time.
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Mode } from './mode.js';
import { MODES } from './modes/index.js';
import { playAll } from './play-all.js';
import { Random, seedOf } from './random.js';
import type { Scenario } from './scenario.js';
import { SEED, SOAK, TIMEOUT_MS } from './soak.js';
import { kindsFor, storesFor } from './stores-for.js';

function scenariosOf(mode: Mode, round: number): Scenario[] {
  // Of facts there are many that are none.
  const times = mode.heavy ? Math.ceil(SOAK / 4) : mode.facts ? 3 * SOAK : SOAK;
  return storesFor(mode, new Random(seedOf(SEED, mode.name))).flatMap((store) =>
    Array.from({ length: times }, (_, i) => {
      const seed = seedOf(SEED, `${mode.name} ${store.name} ${round}.${i}`);
      const [first, ...others] = kindsFor([mode], store);
      return first === undefined
        ? []
        : [{ store, modes: [mode], kind: new Random(seed).pick([first, ...others]), seed }];
    }).flat(),
  );
}

describe(`evil servers, SEED=${SEED}`, function () {
  this.timeout(TIMEOUT_MS);
  for (const mode of MODES) {
    it(mode.name, async () => {
      // Where nothing is to be deleted, a mode about deletes is not at work, and nothing is proved.
      for (let round = 0; round < 20; round++) if ((await playAll(scenariosOf(mode, round))) > 0) return;
      expect.fail('the mode is never at work');
    });
  }
});
