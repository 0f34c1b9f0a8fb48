import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { checkRun } from './check-run.js';
import { deletionCase, optionsFor, type DeletionCase } from './deletion-case.js';
import { expectationOf } from './deletion-oracle.js';
import { observe } from './observed-run.js';
import { prepare } from './prepared-bucket.js';
import { casesOf, replay, TIMEOUT_MS } from './soak.js';
import type { Service, Target } from './targets/target.js';

const CASES = casesOf({ daily: 200, soak: 5000 });

/** The dry run and then the run, each held against the oracle, and against each other. */
async function tryOut(target: Target, service: Service, one: DeletionCase): Promise<void> {
  const { prefix } = one.place;
  await using bucket = await prepare(target, service, one);
  const { area, model, before, held, startedAt } = bucket;
  const options = optionsFor(one, area.store, startedAt);
  const question = { prefix, options, startedAt, held };
  const about = { prefix, before, tellsMarkers: target.tellsMarkers };

  const { versions = 'current', deleteMarkers = 'keep', strategy } = options;
  // The marker that takes the place of the only version of a key; a listing does not tell that it will.
  const replaces = model.versioning === 'suspended' && versions === 'current' && deleteMarkers !== 'keep';
  // By a service that tells whole seconds, that marker may be older than the run.
  if (replaces && options.notAfterStart) return;
  const dryOptions = { ...options, dryRun: true };
  const dry = await observe(area, prefix, dryOptions, before);
  checkRun(dry, expectationOf(model, question, true), { ...about, options: dryOptions });
  const real = await observe(area, prefix, options, before);
  checkRun(real, expectationOf(model, question, false), { ...about, options });

  if (held.size > 0 || replaces || strategy === 'server-prefix') return;
  expect(dry.matched.toSorted(), 'the dry run and the run').to.deep.equal(real.matched.toSorted());
  expect(dry.report.bytes, 'bytes of the dry run and of the run').to.equal(real.report.bytes);
}

/** The property of `deletePrefix`, on each of these. */
export function describeDeletion(targets: readonly Target[]): void {
  describe(`property: deletePrefix, ${CASES} cases`, () => {
    for (const target of targets) {
      describe(target.name, () => {
        let service: Service;
        before(async () => {
          service = await target.open();
        });
        after(() => service.close());

        it('deletes what the oracle says, says what it did, and says it beforehand in a dry run', async () => {
          await fc.assert(
            fc.asyncProperty(deletionCase(target), (one) => tryOut(target, service, one)),
            { numRuns: CASES, ...replay() },
          );
        });
      });
    }
  }).timeout(TIMEOUT_MS);
}
