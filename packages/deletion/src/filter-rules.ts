import { StoreError } from '@store/driver';
import { compileGlob, type GlobMatcher } from './glob.js';
import { meantGlob } from './meant-glob.js';

interface Rule {
  readonly includes: boolean;
  readonly matches: GlobMatcher;
}

/**
 * Takes rules such as `- *.tmp`, of which the first that matches the rest of a key decides; what none matches is included. Their order
 * and their anchors are those of rclone (https://rclone.org/filtering/): with `/` in front a glob is the whole rest, without it the end
 * of it, from the beginning of a part on; one that ends in `/` is about everything under it; `!` forgets the rules before it. What a
 * glob itself means, {@link compileGlob} says.
 *
 * @returns those that are not forgotten
 * @throws StoreError `InvalidArgument` for one that is forgotten and is no rule
 */
export function activeRules(rules: readonly string[]): readonly string[] {
  const last = rules.lastIndexOf('!');
  for (const rule of rules.slice(0, Math.max(last, 0))) if (rule !== '!') readRule(rule);
  return rules.slice(last + 1);
}

/** One that is not `!`. @throws StoreError `InvalidArgument` for what is no rule, or would match nothing by mistake */
export function readRule(rule: string): Rule {
  const [, sign, glob] = /^([+-]) +(.+)$/s.exec(rule) ?? [];
  if (glob === undefined) {
    const message = `filter: ${JSON.stringify(rule)} is no rule: it takes "+ GLOB", "- GLOB" or "!"`;
    throw new StoreError('InvalidArgument', message);
  }
  const all = meantGlob(glob, 'filter', true);
  return {
    includes: sign === '+',
    matches: compileGlob(all.startsWith('/') ? all.slice(1) : `**/${all}`, 'filter'),
  };
}
