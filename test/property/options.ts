import type { DeletePrefixOptions } from '@store/core';
import fc from 'fast-check';
import { escaped, followGlob, globRecipe, type GlobRecipe } from './globs.js';
import { HISTORY_HOURS, HOUR_MS } from './histories.js';

/** Options as far as they do not depend on the keys and on when the run begins. */
export interface OptionsRecipe {
  readonly include: readonly GlobRecipe[] | undefined;
  readonly exclude: readonly GlobRecipe[] | undefined;
  /** Hours, so that none is near to a write. */
  readonly olderThan: number | undefined;
  readonly newerThan: number | undefined;
  readonly modifiedBefore: number | undefined;
  readonly others: DeletePrefixOptions;
}

function sometimes<T>(arbitrary: fc.Arbitrary<T>, outOf = 5): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: outOf - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const globs = fc.array(globRecipe, { minLength: 1, maxLength: 3 });
const hours = fc.nat(HISTORY_HOURS);

const sizes = sometimes(fc.record({ minSize: fc.nat(4), maxSize: fc.nat(4) }, { requiredKeys: [] })).map(
  (bounds) =>
    bounds?.minSize !== undefined && bounds.maxSize !== undefined && bounds.minSize > bounds.maxSize
      ? { minSize: bounds.maxSize, maxSize: bounds.minSize }
      : (bounds ?? {}),
);

export const optionsRecipe: fc.Arbitrary<OptionsRecipe> = fc.record({
  include: sometimes(globs),
  exclude: sometimes(globs),
  olderThan: sometimes(hours, 6),
  newerThan: sometimes(hours, 6),
  modifiedBefore: sometimes(hours, 8),
  others: fc
    .tuple(
      sizes,
      fc.record({
        notAfterStart: sometimes(fc.boolean(), 8),
        maxDelete: sometimes(fc.nat(8)),
        concurrency: sometimes(fc.constantFrom(1, 2, 3)),
        verify: sometimes(fc.boolean(), 8),
        strategy: sometimes(
          fc.constantFrom('single' as const, 'batch' as const, 'server-prefix' as const),
          3,
        ),
        versions: fc.constantFrom(
          undefined,
          'current' as const,
          'noncurrent' as const,
          'all' as const,
          'all' as const,
        ),
        deleteMarkers: fc.constantFrom(undefined, 'keep' as const, 'expired' as const, 'all' as const),
        ifUnchanged: sometimes(fc.boolean()),
        uploads: sometimes(fc.constant(true), 3),
      }),
    )
    .map(([bounds, rest]) => ({ ...bounds, ...rest })),
});

/** @param names the rests of the keys behind the prefix */
export function followOptions(
  recipe: OptionsRecipe,
  names: readonly string[],
  startedAt: number,
): DeletePrefixOptions {
  const { include, exclude, olderThan, newerThan, modifiedBefore, others } = recipe;
  const between = (whole: number): number => (whole + 0.5) * HOUR_MS;
  return {
    ...others,
    include: include?.map((one) => meant(followGlob(one, names))),
    exclude: exclude?.map((one) => meant(followGlob(one, names))),
    olderThan: olderThan === undefined ? undefined : between(olderThan),
    newerThan: newerThan === undefined ? undefined : between(newerThan),
    modifiedBefore: modifiedBefore === undefined ? undefined : new Date(startedAt - between(modifiedBefore)),
  };
}

/** As it is, or escaped where a deletion refuses a glob that would match nothing by mistake, or takes `a/` for all that is under it. */
function meant(glob: string): string {
  const isOdd = /^[\s/]|[\s/]$|\p{Cc}|\/\/|(?:^|\/)\.\.?(?:\/|$)|\s[#;]|^\\?\.\\?\//u.test(glob);
  return isOdd ? escaped(glob) : glob;
}
