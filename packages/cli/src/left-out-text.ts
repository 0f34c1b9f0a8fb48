import { quoteKey, type LeftOutReport } from '@store/core';
import { formatCount } from './format.js';

/** What the text names; the rest is counted. */
const NAMED = 10;

/**
 * What stands among the objects and is none, in lines.
 *
 * @param fate what became of it, such as `left out`
 * @param hint on symbolic links, where there are some
 */
export function leftOutText({ byKind, sample }: LeftOutReport, fate: string, hint = ''): string[] {
  const counts = countsOf(byKind);
  if (counts === undefined) return [];
  const all = Object.values(byKind).reduce((sum, count) => sum + count, 0);
  const shown = sample.slice(0, NAMED);
  return [
    `${fate}, being no ${all === 1 ? 'file' : 'files'}: ${counts}${'symbolic link' in byKind ? hint : ''}`,
    ...shown.map(({ name, kind }) => `  ${quoteKey(name)}: ${kind}`),
    ...(all > shown.length ? [`  … and ${formatCount(all - shown.length)} more`] : []),
  ];
}

/** Such as `2 symbolic links, 1 FIFO`; undefined where there is nothing. */
export function countsOf(byKind: LeftOutReport['byKind']): string | undefined {
  const kinds = Object.entries(byKind);
  if (kinds.length === 0) return undefined;
  return kinds.map(([kind, count]) => `${formatCount(count)} ${kind}${count === 1 ? '' : 's'}`).join(', ');
}
