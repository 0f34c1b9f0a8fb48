import { expect } from 'chai';
import type { BucketModel, Entry } from './bucket-model.js';
import type { Circumstances } from './deletion-case.js';
import { HISTORY_HOURS, HOUR_MS, live } from './histories.js';
import { lines } from './observed-run.js';
import type { Area, Service, Target } from './targets/target.js';

/** A bucket with a history, and what the model says of it. */
export interface PreparedBucket extends AsyncDisposable {
  readonly area: Area;
  readonly model: BucketModel;
  /** All there is, as it was found. */
  readonly before: readonly Entry[];
  /** Whole seconds; the runs begin a little later. */
  readonly startedAt: number;
  /** Keys that the service refuses to delete. */
  readonly held: ReadonlySet<string>;
}

export async function prepare(target: Target, service: Service, one: Circumstances): Promise<PreparedBucket> {
  const { begun: versioning, pageSize, throughStore, keys } = one;
  const area = await service.area({ versioning, pageSize, throughStore });
  const startedAt = Math.floor(Date.now() / 1000) * 1000;
  const model = await live(area.ground, keys, {
    ...one,
    from: startedAt - HISTORY_HOURS * HOUR_MS,
    apart: target.ordersByTime ? 1000 : 0,
  });
  const before = await area.ground.entries();
  const there = lines(before, before);
  expect(there, 'the bucket is as S3 would have it').to.deep.equal(lines(model.all(), before));
  const held = new Set(one.held.map((n) => keys[n % keys.length] ?? ''));
  area.trouble([...held], one.storm);
  return { area, model, before, startedAt, held, [Symbol.asyncDispose]: () => area.close() };
}
