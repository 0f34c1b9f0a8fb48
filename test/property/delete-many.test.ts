import type { DeleteManyOptions, DeletionReport } from '@store/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { NEW_ID, type BucketModel } from './bucket-model.js';
import { circumstances, type Circumstances } from './deletion-case.js';
import { isKey } from './keys.js';
import { lookAlike } from './look-alikes.js';
import { lines } from './observed-run.js';
import { prepare } from './prepared-bucket.js';
import { casesOf, replay, TIMEOUT_MS } from './soak.js';
import type { Service, Target } from './targets/target.js';
import { TARGETS } from './targets/targets.js';

const CASES = casesOf({ daily: 40, soak: 2000 });

/** What is asked for: one of the keys, one of its versions, something that looks like it, or what is no key. */
type Wish =
  | { readonly kind: 'key' | 'version' | 'like'; readonly of: number; readonly nth: number }
  | { readonly kind: 'none'; readonly key: string };

const wish: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom('key' as const, 'version' as const, 'like' as const),
      of: fc.nat(11),
      nth: fc.nat(63),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('none' as const),
      key: fc.constantFrom('', '\ud800', 'a\udfff', 'x'.repeat(1025)),
    }),
  },
);

interface ManyCase extends Circumstances {
  readonly wishes: readonly Wish[];
  readonly options: DeleteManyOptions;
}

function manyCase(target: Target): fc.Arbitrary<ManyCase> {
  const options: fc.Arbitrary<DeleteManyOptions> = fc.record(
    {
      strategy: fc.constantFrom('single' as const, 'batch' as const),
      maxDelete: fc.nat(8),
      concurrency: fc.constantFrom(1, 2),
    },
    { requiredKeys: [] },
  );
  return fc
    .tuple(circumstances(target, 'm/'), fc.array(wish, { minLength: 1, maxLength: 8 }), options)
    .map(([around, wishes, given]) => ({ ...around, wishes, options: given }));
}

interface Asked {
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** Each key once: two requests about the same one may come in either order. */
function targetsOf(one: ManyCase, model: BucketModel, target: Target, versions: boolean): Asked[] {
  const asked = new Map<string, Asked>();
  for (const each of one.wishes) {
    if (each.kind === 'none') {
      asked.set(each.key, { key: each.key });
      continue;
    }
    const name = one.keys[each.of % one.keys.length] ?? '';
    const key = each.kind === 'like' ? lookAlike(name, each.nth) : name;
    if (!isKey(key, target.maxKeyBytes) || target.takes?.(key) === false) continue;
    const there = model.of(key);
    const version =
      each.kind === 'version' && versions ? there[each.nth % Math.max(1, there.length)] : undefined;
    asked.set(key, version ? { key, versionId: version.id } : { key });
  }
  return [...asked.values()];
}

async function tryOut(target: Target, service: Service, one: ManyCase): Promise<void> {
  await using bucket = await prepare(target, service, one);
  const { area, model, before, held } = bucket;
  const { store, ground } = area;
  const { batchDelete, versions } = store.capabilities;
  const options = batchDelete ? one.options : { ...one.options, strategy: undefined };
  const targets = targetsOf(one, model, target, versions);
  const isNone = ({ key }: Asked): boolean => !isKey(key, target.maxKeyBytes);
  const possible = targets.filter((each) => !isNone(each));
  const sent = possible.slice(0, options.maxDelete ?? Infinity);
  const failed = [...targets.filter(isNone), ...sent.filter(({ key }) => held.has(key))];
  const deleted = sent.filter(({ key }) => !held.has(key));
  const limited = possible.length > sent.length;

  const dry = await store.deleteMany(targets, { ...options, dryRun: true });
  expect(dry).to.include({ matched: targets.length, deleted: 0, dryRun: true, maxDeleteReached: limited });
  expect(lines(await ground.entries(), before), 'a dry run changes nothing').to.deep.equal(
    lines(before, before),
  );

  const named: Asked[] = [];
  const lost: Asked[] = [];
  const report = await store.deleteMany(targets, {
    ...options,
    onDeleted: (each) => void named.push(each),
    onFailure: (each) => void lost.push(each),
  });
  for (const { key, versionId } of deleted) {
    if (versionId === undefined) model.delete(key, { id: NEW_ID, time: Date.now() });
    else model.remove(key, versionId);
  }
  expect(lines(await ground.entries(), before), 'what is there afterwards').to.deep.equal(
    lines(model.all(), before),
  );
  expect(namesOf(named), 'onDeleted').to.deep.equal(namesOf(deleted));
  expect(namesOf(lost), 'onFailure').to.deep.equal(namesOf(failed));
  checkBooks(report, { listed: targets.length, deleted: deleted.length, failed: failed.length, limited });
}

function namesOf(asked: readonly Asked[]): string[] {
  return asked.map(({ key, versionId }) => `${key}@${versionId ?? ''}`).sort();
}

function checkBooks(
  report: DeletionReport,
  wanted: {
    readonly listed: number;
    readonly deleted: number;
    readonly failed: number;
    readonly limited: boolean;
  },
): void {
  const { listed, deleted, failed, limited } = wanted;
  expect(report).to.include({
    prefix: null,
    listed,
    filtered: 0,
    matched: listed,
    deleted,
    failed,
    skipped: listed - deleted - failed,
    blocked: 0,
    maxDeleteReached: limited,
    complete: failed === 0 && !limited,
  });
}

describe(`property: deleteMany, ${CASES} cases`, () => {
  for (const target of TARGETS) {
    describe(target.name, () => {
      let service: Service;
      before(async () => {
        service = await target.open();
      });
      after(() => service.close());

      it('deletes the keys that it is given and nothing that looks like them', async () => {
        await fc.assert(
          fc.asyncProperty(manyCase(target), (one) => tryOut(target, service, one)),
          { numRuns: CASES, ...replay() },
        );
      });
    });
  }
}).timeout(TIMEOUT_MS);
