import fc from 'fast-check';
import { BucketModel, type Entry, type Upload, type Versioning } from './bucket-model.js';

/** What happens to one of the keys of a case, or to the bucket. */
export type Step =
  | { readonly do: 'put'; readonly key: number; readonly size: number; readonly pause: number }
  | { readonly do: 'delete'; readonly key: number; readonly pause: number }
  | { readonly do: 'upload'; readonly key: number; readonly pause: number }
  | { readonly do: 'lose'; readonly key: number; readonly nth: number }
  | { readonly do: 'versioning'; readonly to: 'enabled' | 'suspended' };

export const HOUR_MS = 3_600_000;

/** The first step is so long before the run; no case has more pauses. */
export const HISTORY_HOURS = 40;

const key = fc.nat(11);
const size = fc.nat(4);
/** Hours; often none, so that times do not tell which of two versions is the newer. */
const pause = fc.constantFrom(0, 1, 1, 2);
const put = fc.record({ do: fc.constant('put' as const), key, size, pause });
const remove = fc.record({ do: fc.constant('delete' as const), key, pause });
const upload = fc.record({ do: fc.constant('upload' as const), key, pause });
const lose = fc.record({ do: fc.constant('lose' as const), key, nth: fc.nat(5) });

/** Of a bucket without versions. */
export const plainSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: put }, { weight: 1, arbitrary: remove }, { weight: 1, arbitrary: upload }),
  { maxLength: 4 },
);

/** Of a bucket whose versioning is switched on and off. */
export const versionedSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: put },
    { weight: 5, arbitrary: remove },
    { weight: 2, arbitrary: lose },
    { weight: 2, arbitrary: upload },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('versioning' as const),
        to: fc.constantFrom('enabled' as const, 'enabled' as const, 'suspended' as const),
      }),
    },
  ),
  { maxLength: 12 },
);

/** Where a history really happens. */
export interface Ground {
  /** @returns the id of the version */
  put(key: string, size: number, time: number): Promise<string>;
  /** @returns the id of the delete marker, where there is one */
  delete(key: string, time: number): Promise<string>;
  remove(key: string, id: string): Promise<void>;
  setVersioning(to: Versioning): void;
  /** Begins an upload in parts. @returns its id; undefined where there are none */
  beginUpload(key: string, time: number): Promise<string | undefined>;
  uploads(): Promise<readonly Pick<Upload, 'key' | 'id'>[]>;
  /** All there is, read without the store; in the order of listings. */
  entries(): Promise<Entry[]>;
}

/** Gives every key an object, then takes the steps; in the real bucket and in the model of it, which it returns. */
export async function live(
  ground: Ground,
  keys: readonly string[],
  {
    begun,
    steps,
    from,
    apart = 0,
  }: {
    readonly begun: Versioning;
    readonly steps: readonly Step[];
    /** When the first one is; milliseconds since the epoch. */
    readonly from: number;
    /** Milliseconds between two steps, pauses apart. */
    readonly apart?: number;
  },
): Promise<BucketModel> {
  const model = new BucketModel();
  model.versioning = begun;
  ground.setVersioning(begun);
  let time = from;
  const first: Step[] = keys.map((_, i) => ({ do: 'put', key: i, size: (i * 2) % 5, pause: i % 2 }));
  for (const step of [...first, ...steps]) {
    if (step.do === 'versioning') {
      model.versioning = step.to;
      ground.setVersioning(step.to);
      continue;
    }
    const name = keys[step.key % keys.length] ?? '';
    if (step.do === 'lose') {
      const there = model.of(name);
      const lost = there[step.nth % Math.max(1, there.length)];
      if (!lost) continue;
      await ground.remove(name, lost.id);
      model.remove(name, lost.id);
      continue;
    }
    time += step.pause * HOUR_MS + apart;
    if (step.do === 'put')
      model.put(name, { id: await ground.put(name, step.size, time), size: step.size, time });
    else if (step.do === 'upload') {
      const id = await ground.beginUpload(name, time);
      if (id !== undefined) model.uploads = [...model.uploads, { key: name, id, time }];
    } else model.delete(name, { id: await ground.delete(name, time), time });
  }
  return model;
}
