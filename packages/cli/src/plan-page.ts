import type { Bin, Share, StrategyPlan } from '@store/planning';
import { formatBytes, formatCost, formatCount, formatDuration } from './format.js';
import { h, type Html } from './html.js';
import { displayKey } from './display-key.js';
import { chart, htmlPage, table, type ChartRow } from './page.js';
import { earlyDeletionLine, estimateLine, sourceLines, type Plan } from './plan-text.js';

/** A plan as one HTML document. */
export function planPage(plan: Plan, now: Date): string {
  const { address, estimate, strategies, earlyDeletions, terms } = plan;
  const { groups, ages, sizes, classes } = estimate.distribution;
  return htmlPage({
    title: `Plan: ${displayKey(address)}`,
    now,
    body: [
      h('h1', {}, 'Deleting ', h('code', {}, displayKey(address))),
      h('p', { class: 'lead' }, estimateLine(estimate)),
      strategyTable(strategies),
      ...earlyDeletions.map((early) => h('p', { class: 'warning' }, earlyDeletionLine(early))),
      h(
        'main',
        {},
        shares('sub-prefix', `By sub-prefix of ${displayKey(groups.prefix)}`, [
          ...groups.largest.map((group) => row(group, displayKey(group.prefix))),
          ...some(groups.others, `${formatCount(groups.others.groups)} others`),
          ...some(groups.direct, 'directly under it'),
        ]),
        shares(
          'age',
          'By age',
          ages.map((bin) => row(bin, ageOf(bin))),
        ),
        shares(
          'size',
          'By size',
          sizes.map((bin) => row(bin, sizeOf(bin))),
        ),
        shares(
          'storage-class',
          'By storage class',
          classes.map((share) => row(share, share.storageClass ?? 'not said')),
        ),
      ),
    ],
    footer: [
      h('p', {}, 'Times are the least: services slow down who asks for much.'),
      ...Array.from(sourceLines(terms), (line) => h('p', {}, line)),
    ],
  });
}

function strategyTable(strategies: readonly StrategyPlan[]): Html {
  const titles = ['Strategy', 'Requests', 'At least', 'At the published rate', 'Cost', 'To know'];
  const time = (ms: number | undefined): string => (ms === undefined ? '–' : formatDuration(ms));
  return table(
    'strategies',
    'Ways to delete it',
    titles,
    strategies.map(({ strategy, requests, atLeastMs, atPublishedRateMs, cost, notes }) => [
      strategy,
      formatCount(requests),
      time(atLeastMs),
      time(atPublishedRateMs),
      cost ? formatCost(cost) : '–',
      notes.join('; '),
    ]),
  );
}

function shares(id: string, title: string, rows: readonly ChartRow[]): Html {
  return chart(id, title, ['objects', 'bytes'], rows);
}

function row({ objects, bytes }: Share, label: string): ChartRow {
  return {
    label,
    values: [
      { value: objects, text: formatCount(objects) },
      { value: bytes, text: formatBytes(bytes) },
    ],
  };
}

function some(share: Share, label: string): readonly ChartRow[] {
  return share.objects > 0 ? [row(share, label)] : [];
}

function ageOf({ from, below }: Bin): string {
  if (from === 0) return 'under a day';
  return below === undefined ? `${formatCount(from)} days and more` : `${from} to ${below} days`;
}

function sizeOf({ from, below }: Bin): string {
  if (from === 0) return 'empty';
  if (below === undefined) return `${formatBytes(from)} and more`;
  return from === 1 ? `under ${formatBytes(below)}` : `${formatBytes(from)} to ${formatBytes(below)}`;
}
