import type { DeletePrefixOptions, ObjectStore } from '@store/core';
import fc from 'fast-check';
import type { Versioning } from './bucket-model.js';
import { plainSteps, versionedSteps, type Step } from './histories.js';
import { keysAround, place, type Place } from './keys.js';
import { followOptions, optionsRecipe, type OptionsRecipe } from './options.js';
import type { Target } from './targets/target.js';

/** A bucket, how it came to be what it is, and what goes wrong with it. */
export interface Circumstances {
  readonly keys: readonly string[];
  readonly begun: Versioning;
  readonly steps: readonly Step[];
  readonly pageSize: number;
  readonly throughStore: boolean;
  /** Which of the keys the service refuses to delete. */
  readonly held: readonly number[];
  /** Of what else goes wrong and passes. */
  readonly storm: number | undefined;
}

/** One run of `deletePrefix`, and all that it meets. */
export interface DeletionCase extends Circumstances {
  readonly place: Place;
  readonly options: OptionsRecipe;
}

const MOST_KEYS = 12;

/** One case out of so many is another: requests take their time. */
function seldom<T, U>(arbitrary: fc.Arbitrary<T>, usual: U, outOf: number): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: outOf - 1, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary });
}

/** What a target can be tried with. */
export function deletionCase(target: Target): fc.Arbitrary<DeletionCase> {
  return place.chain((where) =>
    fc
      .tuple(circumstances(target, where.prefix), optionsRecipe)
      .map(([around, options]) => ({ ...around, place: where, options })),
  );
}

/** What a run can meet in a bucket; its keys are under a prefix, or look as if they were. */
export function circumstances(target: Target, prefix: string): fc.Arbitrary<Circumstances> {
  const { maxKeyBytes: maxBytes, takes = () => true } = target;
  const plain = fc.record({ begun: fc.constant<Versioning>('off'), steps: plainSteps });
  const versioned = fc.record({
    begun: fc.constantFrom<Versioning>('off', 'enabled', 'enabled', 'enabled'),
    steps: versionedSteps,
  });
  return fc
    .record({
      keys: keysAround(prefix, { most: MOST_KEYS, maxBytes }).map((keys) => keys.filter(takes)),
      history: target.versioned ? fc.oneof(plain, versioned, versioned) : plain,
      pageSize: seldom(fc.constantFrom(2, 3, 4), 1000, 4),
      throughStore: seldom(fc.constant(true), false, 8),
      held: target.troubles ? seldom(fc.array(fc.nat(11), { maxLength: 3 }), [], 4) : fc.constant([]),
      storm: target.troubles
        ? seldom(fc.integer({ min: 1, max: 1e6 }), undefined, 12)
        : fc.constant(undefined),
    })
    .filter(({ keys }) => keys.length > 0)
    .map(({ history: { begun, steps }, ...rest }) => ({ begun, steps, ...rest }));
}

/** What filters a service that deletes by prefix itself cannot look at. */
const NOT_BY_SERVER: DeletePrefixOptions = {
  include: undefined,
  exclude: undefined,
  olderThan: undefined,
  newerThan: undefined,
  modifiedBefore: undefined,
  notAfterStart: undefined,
  minSize: undefined,
  maxSize: undefined,
  ifUnchanged: undefined,
  versions: undefined,
  deleteMarkers: undefined,
};

/** The options of a case, as far as the store has what they ask for. */
export function optionsFor(
  one: DeletionCase,
  { capabilities }: ObjectStore,
  startedAt: number,
): DeletePrefixOptions {
  const names = one.keys
    .filter((key) => key.startsWith(one.place.prefix))
    .map((key) => key.slice(one.place.prefix.length));
  const asked = { ...followOptions(one.options, names, startedAt), ...one.place.leave };
  const { strategy, versions } = asked;
  const uploads = capabilities.listUploads ? asked.uploads : undefined;
  if (strategy === 'server-prefix' && capabilities.prefixDelete)
    return { ...asked, ...NOT_BY_SERVER, uploads };
  const without = strategy === 'server-prefix' || (strategy === 'batch' && !capabilities.batchDelete);
  return {
    ...asked,
    uploads,
    ...(without ? { strategy: undefined } : {}),
    ...(capabilities.versions ? {} : { versions: undefined, deleteMarkers: undefined }),
    ...(capabilities.conditionalDelete && (versions ?? 'current') === 'current'
      ? {}
      : { ifUnchanged: undefined }),
  };
}
