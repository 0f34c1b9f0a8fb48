import picomatch from 'picomatch';
import { StoreError } from '../errors.js';
import type { ObjectInfo } from '../objects.js';
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
): ((rest: string) => boolean) | undefined {
  if (globs === undefined) return undefined;
  const expressions = (typeof globs === 'string' ? [globs] : globs).map((glob) => compileGlob(glob, option));
  return (rest) => {
    const masked = maskDotSegments(rest);
    return expressions.some((expression) => expression.test(masked));
  };
}

function compileGlob(glob: string, option: string): RegExp {
  if (glob === '') throw badGlob(glob, option, 'it is empty');
  try {
    return picomatch.makeRe(maskDotSegments(glob), {
      dot: true, // A key's leading dot hides nothing.
      nonegate: true, // `!x` is a name; `exclude` is there for the other meaning.
      strictBrackets: true,
      strictSlashes: true, // `a/` is not `a`.
      windows: false,
      flags: 's', // Keys may contain line breaks; wildcards match them too.
      debug: true, // Throw on a bad range such as `[z-a]`, which would otherwise match nothing.
    });
  } catch (cause) {
    throw badGlob(glob, option, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badGlob(glob: string, option: string, why: string, cause?: unknown): StoreError {
  return new StoreError(
    'InvalidArgument',
    `${option}: the glob ${JSON.stringify(glob)} cannot be read: ${why}`,
    { cause },
  );
}

/**
 * Glob matchers for files never let a wildcard match `.` and `..`, which in a key are names like any other;
 * an `exclude` that passed over them would delete what it should keep. So both sides show the matcher a
 * private-use character in place of each dot of such a segment.
 */
function maskDotSegments(path: string): string {
  return path.replace(/(?<=^|\/)\.{1,2}(?=\/|$)/g, (dots) => '\uF8FF'.repeat(dots.length));
}
