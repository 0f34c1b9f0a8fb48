import { StoreError, type FailureReason, type ObjectInfo, type Fact, type OptionEntry } from '@store/driver';
import { KeyRules, type KeyRule } from './key-rules.js';
import { deletePrefixOptions, type DeletePrefixOptions } from './options.js';

/** Whether an entry is meant; a reason where that cannot be told: what was listed lacks a fact that a filter needs. */
export type Verdict = boolean | FailureReason;

export type ObjectFilter = (object: ObjectInfo) => Verdict;

/** A fact that listings can lack, and the filters that need it. */
interface FactTest {
  readonly fact: string;
  readonly neededBy: readonly string[];
  /** Undefined: the listing does not give the fact. */
  readonly test: (object: ObjectInfo) => boolean | undefined;
}

/**
 * The filters of a run as one: true for what is to be deleted. What one filter keeps is kept, whatever another would need
 * to know.
 *
 * @param startedAt when the run began, in milliseconds since the epoch
 * @param rules the globs and rules of `asked`, where others look at them too
 * @param without a fact that entries of this kind do not have; filters that look at it are left out
 * @throws StoreError `InvalidArgument` for a glob that cannot be read or bounds that exclude each other
 */
export function compileFilter(
  prefix: string,
  asked: DeletePrefixOptions,
  startedAt: number,
  without?: Fact,
  rules: KeyRules = new KeyRules(asked),
): ObjectFilter {
  const left = without === undefined ? [] : filtersIn(asked, without);
  const options = { ...asked, ...Object.fromEntries(left.map((name) => [name, undefined])) };
  const tests: ((object: ObjectInfo) => boolean)[] = [];
  const factTests: FactTest[] = [];
  const { minSize, maxSize } = options;
  const before = earliest([
    options.olderThan === undefined ? undefined : startedAt - options.olderThan,
    options.modifiedBefore?.getTime(),
    options.notAfterStart ? startedAt : undefined,
  ]);
  const after = options.newerThan === undefined ? undefined : startedAt - options.newerThan;
  if (minSize !== undefined && maxSize !== undefined && minSize > maxSize) {
    throw new StoreError(
      'InvalidArgument',
      `minSize ${minSize} is above maxSize ${maxSize}: nothing can match`,
    );
  }
  if (before !== undefined || after !== undefined) {
    factTests.push({
      fact: 'when it was last modified',
      neededBy: filtersIn(options, 'time'),
      test: ({ lastModified }) => within(lastModified?.getTime(), (ms) => isBetween(ms, after, before)),
    });
  }
  if (minSize !== undefined || maxSize !== undefined) {
    factTests.push({
      fact: 'its size',
      neededBy: filtersIn(options, 'size'),
      test: ({ size }) => within(size, (bytes) => bytes >= (minSize ?? 0) && bytes <= (maxSize ?? Infinity)),
    });
  }
  const { include, exclude, filter } = rules;
  const matching = (list: readonly KeyRule[], { key }: ObjectInfo): KeyRule | undefined => {
    const rest = key.slice(prefix.length);
    return list.find(({ matches }) => matches(rest));
  };
  if (include) tests.push((object) => matching(include, object) !== undefined);
  if (exclude) tests.push((object) => matching(exclude, object) === undefined);
  if (filter) tests.push((object) => matching(filter, object)?.includes ?? true);
  return (object) => {
    for (const test of tests) if (!test(object)) return false;
    let lacking: FactTest[] | undefined;
    for (const one of factTests) {
      const verdict = one.test(object);
      if (verdict === false) return false;
      if (verdict === undefined) (lacking ??= []).push(one);
    }
    return lacking === undefined ? true : unknown(lacking);
  };
}

/** The names of the filters that are given; of those that look at one fact, where it is said. */
export function filtersIn(options: DeletePrefixOptions, fact?: Fact): (keyof DeletePrefixOptions)[] {
  const { names, table } = deletePrefixOptions;
  return names.filter((name) => {
    const { filters }: OptionEntry = table[name];
    const isMeant = fact === undefined ? filters !== undefined : filters === fact;
    return isMeant && options[name] !== undefined && options[name] !== false;
  });
}

function within<T>(value: T | undefined, test: (value: T) => boolean): boolean | undefined {
  return value === undefined ? undefined : test(value);
}

function isBetween(ms: number, after = -Infinity, before = Infinity): boolean {
  return ms > after && ms < before;
}

function unknown(lacking: readonly FactTest[]): FailureReason {
  const facts = lacking.map(({ fact, neededBy }) => `${fact} (needed by ${neededBy.join(', ')})`);
  return {
    code: 'Corrupt',
    message: `the listing does not say ${facts.join(' and ')}; the key was left alone`,
    retryable: false,
  };
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
