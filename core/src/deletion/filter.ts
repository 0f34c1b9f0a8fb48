import { StoreError } from '../errors.js';
import type { ObjectInfo } from '../objects.js';
import { compileGlob, type GlobMatcher } from './glob.js';
import type { DeletePrefixOptions } from './options.js';

export type ObjectFilter = (object: ObjectInfo) => boolean;

/**
 * The filters of a run as one predicate: true for what is to be deleted.
 *
 * @param startedAt when the run began, in milliseconds since the epoch
 * @throws StoreError `InvalidArgument` for a glob that cannot be read or bounds that exclude each other
 */
export function compileFilter(prefix: string, options: DeletePrefixOptions, startedAt: number): ObjectFilter {
  const tests: ObjectFilter[] = [];
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
  if (before !== undefined)
    tests.push(({ lastModified }) => lastModified !== undefined && lastModified.getTime() < before);
  if (after !== undefined)
    tests.push(({ lastModified }) => lastModified !== undefined && lastModified.getTime() > after);
  if (minSize !== undefined) tests.push(({ size }) => size !== undefined && size >= minSize);
  if (maxSize !== undefined) tests.push(({ size }) => size !== undefined && size <= maxSize);
  const include = compileGlobs(options.include, 'include');
  const exclude = compileGlobs(options.exclude, 'exclude');
  if (include) tests.push((object) => include(object.key.slice(prefix.length)));
  if (exclude) tests.push((object) => !exclude(object.key.slice(prefix.length)));
  return (object) => tests.every((test) => test(object));
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

function compileGlobs(
  globs: string | readonly string[] | undefined,
  option: string,
): GlobMatcher | undefined {
  if (globs === undefined) return undefined;
  const matchers = (typeof globs === 'string' ? [globs] : globs).map((glob) => compileGlob(glob, option));
  return (rest) => matchers.some((matches) => matches(rest));
}
