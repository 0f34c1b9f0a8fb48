import { quoteKey } from '@store/driver';
import { activeRules, readRule } from './filter-rules.js';
import { compileGlob, type GlobMatcher } from './glob.js';
import { meantGlob } from './meant-glob.js';
import type { DeletePrefixOptions } from './options.js';

/** One glob of `include` or `exclude`, or one rule of `filter`. */
export interface KeyRule {
  /** Such as `exclude "tmp/**"`. */
  readonly name: string;
  /** Of a rule of `filter`: it begins with `+`. */
  readonly includes: boolean;
  readonly matches: GlobMatcher;
}

/** What a run says of the rests of keys, each glob by itself. Who asks of the same rest again gets the answer without another look. */
export class KeyRules {
  readonly include: readonly KeyRule[] | undefined;
  readonly exclude: readonly KeyRule[] | undefined;
  readonly filter: readonly KeyRule[] | undefined;

  /** @throws StoreError `InvalidArgument` for what cannot be read, or would match nothing by mistake */
  constructor({ include, exclude, filter }: Pick<DeletePrefixOptions, 'include' | 'exclude' | 'filter'>) {
    this.include = rulesOf('include', include);
    this.exclude = rulesOf('exclude', exclude);
    this.filter =
      filter &&
      activeRules(filter).map((rule) => {
        const { includes, matches } = readRule(rule);
        return { name: `filter ${quoteKey(rule)}`, includes, matches: remembering(matches) };
      });
  }

  get all(): readonly KeyRule[] {
    return [...(this.include ?? []), ...(this.exclude ?? []), ...(this.filter ?? [])];
  }
}

function rulesOf(
  option: 'include' | 'exclude',
  globs: string | readonly string[] | undefined,
): readonly KeyRule[] | undefined {
  if (globs === undefined) return undefined;
  return (typeof globs === 'string' ? [globs] : globs).map((glob) => ({
    name: `${option} ${quoteKey(glob)}`,
    includes: option === 'include',
    matches: remembering(compileGlob(meantGlob(glob, option, false), option)),
  }));
}

function remembering(matches: GlobMatcher): GlobMatcher {
  let last: string | undefined;
  let answer = false;
  return (rest) => {
    if (rest !== last) {
      answer = matches(rest);
      last = rest;
    }
    return answer;
  };
}
