import { createObjectStore, StoreError } from '@store/core';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { globMatches, isUnclear } from './glob-oracle.js';
import { followGlob, globRecipe, rawGlob } from './globs.js';
import { isKey, MAX_KEY_BYTES, text } from './keys.js';
import { lookAlike } from './look-alikes.js';
import { casesOf, replay, TIMEOUT_MS } from './soak.js';

const CASES = casesOf({ daily: 1500, soak: 50_000 });

/** The rests that the product takes the glob to match, by what a dry run would delete. */
async function matchedByStore(glob: string, rests: readonly string[]): Promise<string[]> {
  const driver = memoryDriver();
  for (const rest of rests) await driver.write.put({ key: `p/${rest}`, body: Buffer.of() }, {});
  const matched: string[] = [];
  await createObjectStore(driver).deletePrefix('p/', {
    include: glob,
    dryRun: true,
    onMatch: ({ key }) => void matched.push(key.slice(2)),
  });
  return matched.sort();
}

const smallName = fc.array(fc.constantFrom('a', 'b', '/', '.', 'c'), { maxLength: 6 });
const name = fc.oneof(
  text,
  rawGlob,
  smallName.map((all) => all.join('')),
);
/** Names, some of them with others that look like them. */
const rests = fc
  .array(fc.tuple(name, fc.option(fc.nat(63), { freq: 3 })), { maxLength: 6 })
  .map((all) => all.flatMap(([one, nth]) => (nth === null ? [one] : [one, lookAlike(one, nth)])))
  .map((all) => [...new Set(all)].filter((rest) => isKey(`p/${rest}`, MAX_KEY_BYTES)));

describe('property: globs', () => {
  it('match what a matcher that was written apart says', async () => {
    await fc.assert(
      fc.asyncProperty(globRecipe, rests, async (recipe, names) => {
        const glob = followGlob(recipe, names);
        const expected = names.filter((name) => globMatches(glob, name)).sort();
        expect(await matchedByStore(glob, names), JSON.stringify(glob)).to.deep.equal(expected);
      }),
      { numRuns: CASES, ...replay() },
    );
  });

  it('are refused when users would read them in different ways, and taken when not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(rawGlob, text), async (glob) => {
        const refused = await matchedByStore(glob, []).then(
          () => false,
          (error: unknown) => {
            if (error instanceof StoreError && error.code === 'InvalidArgument') return true;
            throw error;
          },
        );
        expect(refused, JSON.stringify(glob)).to.equal(isUnclear(glob));
      }),
      { numRuns: CASES, ...replay() },
    );
  });
}).timeout(TIMEOUT_MS);
