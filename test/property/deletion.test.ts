import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { checkRun } from './check-run.js';
import { deletionCase, optionsFor, type DeletionCase } from './deletion-case.js';
import { expectationOf } from './deletion-oracle.js';
import { HISTORY_HOURS, HOUR_MS, live } from './histories.js';
import { lines, observe } from './observed-run.js';
import { casesOf, replay, TIMEOUT_MS } from './soak.js';
import type { Service, Target } from './targets/target.js';
import { TARGETS } from './targets/targets.js';

const CASES = casesOf({ daily: 200, soak: 5000 });

/** The dry run and then the run, each held against the oracle. */
async function tryOut(target: Target, service: Service, one: DeletionCase): Promise<void> {
  const {
    begun: versioning,
    pageSize,
    throughStore,
    keys,
    place: { prefix },
  } = one;
  const area = await service.area({ versioning, pageSize, throughStore });
  try {
    const { store, ground } = area;
    const startedAt = Math.floor(Date.now() / 1000) * 1000;
    const model = await live(ground, keys, {
      ...one,
      from: startedAt - HISTORY_HOURS * HOUR_MS,
      apart: target.ordersByTime ? 1000 : 0,
    });
    const before = await ground.entries();
    expect(lines(before, before), 'the bucket is as S3 would have it').to.deep.equal(
      lines(model.all(), before),
    );
    const held = new Set(one.held.map((n) => keys[n % keys.length] ?? ''));
    area.trouble([...held], one.storm);
    const options = optionsFor(one, store, startedAt);
    const question = { prefix, options, startedAt, held };
    const about = { prefix, before, tellsMarkers: target.tellsMarkers };
    const dry = { ...options, dryRun: true };
    checkRun(await observe(area, prefix, dry), expectationOf(model, question, true), {
      ...about,
      options: dry,
    });
    checkRun(await observe(area, prefix, options), expectationOf(model, question, false), {
      ...about,
      options,
    });
  } finally {
    await area.close();
  }
}

describe(`property: deletePrefix, ${CASES} cases`, () => {
  for (const target of TARGETS) {
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
