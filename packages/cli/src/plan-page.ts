import type { Bin, Share, StrategyPlan } from '@store/planning';
import { formatBytes, formatCost, formatCount, formatDuration } from './format.js';
import { h, style, voidElement, type Html } from './html.js';
import { displayKey } from './display-key.js';
import { earlyDeletionLine, estimateLine, sourceLines, type Plan } from './plan-text.js';

/** One bar pair of a chart. */
interface Bar extends Share {
  readonly label: string;
}

/** A plan as one HTML document that needs nothing else: no scripts, no fonts, nothing from the network. */
export function planPage(plan: Plan, now: Date): string {
  const { address, estimate, strategies, earlyDeletions, terms } = plan;
  const { groups, ages, sizes, classes } = estimate.distribution;
  const page = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      voidElement('meta', { charset: 'utf-8' }),
      voidElement('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      voidElement('meta', {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'none'; style-src 'unsafe-inline'",
      }),
      h('title', {}, `Plan: ${displayKey(address)}`),
      style(STYLE),
    ),
    h(
      'body',
      {},
      h('h1', {}, 'Deleting ', h('code', {}, displayKey(address))),
      h('p', { class: 'estimate' }, estimateLine(estimate)),
      strategyTable(strategies),
      ...earlyDeletions.map((early) => h('p', { class: 'warning' }, earlyDeletionLine(early))),
      h(
        'main',
        {},
        chart('sub-prefix', `By sub-prefix of ${displayKey(groups.prefix)}`, [
          ...groups.largest.map((group) => ({ ...group, label: displayKey(group.prefix) })),
          ...some({ ...groups.others, label: `${formatCount(groups.others.groups)} others` }),
          ...some({ ...groups.direct, label: 'directly under it' }),
        ]),
        chart(
          'age',
          'By age',
          ages.map((bin) => ({ ...bin, label: ageOf(bin) })),
        ),
        chart(
          'size',
          'By size',
          sizes.map((bin) => ({ ...bin, label: sizeOf(bin) })),
        ),
        chart(
          'storage-class',
          'By storage class',
          classes.map((share) => ({ ...share, label: share.storageClass ?? 'not said' })),
        ),
      ),
      h(
        'footer',
        {},
        h(
          'p',
          {},
          `Written at ${now.toISOString()}. Times are the least: services slow down who asks for much.`,
        ),
        ...Array.from(sourceLines(terms), (line) => h('p', {}, line)),
      ),
    ),
  );
  return `<!doctype html>\n${page.markup}`;
}

function strategyTable(strategies: readonly StrategyPlan[]): Html {
  const head = ['Strategy', 'Requests', 'At least', 'At the published rate', 'Cost', 'To know'];
  const time = (ms: number | undefined): string => (ms === undefined ? '–' : formatDuration(ms));
  return h(
    'table',
    { class: 'strategies' },
    h('caption', {}, 'Ways to delete it'),
    h('thead', {}, h('tr', {}, ...head.map((title) => h('th', { scope: 'col' }, title)))),
    h(
      'tbody',
      {},
      ...strategies.map(({ strategy, requests, atLeastMs, atPublishedRateMs, cost, notes }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, strategy),
          ...[
            formatCount(requests),
            time(atLeastMs),
            time(atPublishedRateMs),
            cost ? formatCost(cost) : '–',
            notes.join('; '),
          ].map((text, i) => h('td', { 'data-title': head[i + 1] ?? '' }, text)),
        ),
      ),
    ),
  );
}

/** Bars of objects and of bytes, each as long as its share of the largest. */
function chart(id: string, title: string, bars: readonly Bar[]): Html {
  const mostObjects = Math.max(1, ...bars.map(({ objects }) => objects));
  const mostBytes = Math.max(1, ...bars.map(({ bytes }) => bytes));
  return h(
    'table',
    { class: 'chart', id },
    h('caption', {}, title),
    h(
      'thead',
      {},
      h('tr', {}, h('td', {}), ...['objects', 'bytes'].map((unit) => h('th', { scope: 'col' }, unit))),
    ),
    h(
      'tbody',
      {},
      ...bars.map(({ label, objects, bytes }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, label),
          bar('objects', objects / mostObjects, formatCount(objects)),
          bar('bytes', bytes / mostBytes, formatBytes(bytes)),
        ),
      ),
    ),
  );
}

function bar(kind: 'objects' | 'bytes', share: number, text: string): Html {
  const length = `inline-size:${(share * 100).toFixed(2)}%`;
  const shape = share > 0 ? [h('div', { class: `bar ${kind}`, style: length })] : [];
  return h('td', {}, ...shape, h('span', {}, text));
}

function some<T extends Share>(share: T): readonly T[] {
  return share.objects > 0 ? [share] : [];
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

const STYLE = `
:root { color-scheme: light dark; --objects: light-dark(#2563a8, #6aa6e8); --bytes: light-dark(#b4540a, #e79a4f);
  --line: light-dark(#d5d9de, #3b4148); --track: light-dark(#eef1f4, #24282d); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h1 code, .chart th { overflow-wrap: anywhere; }
.estimate { font-size: 1.15rem; }
.warning { border-inline-start: 4px solid var(--bytes); padding-inline-start: .75rem; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 32rem), 1fr)); gap: 2rem; margin-block: 2rem;
  align-items: start; }
table { border-collapse: collapse; inline-size: 100%; }
caption { font-weight: 600; text-align: start; padding-block: .5rem; overflow-wrap: anywhere; }
th, td { border-block-start: 1px solid var(--line); padding: .35rem .5rem; text-align: start; vertical-align: top; }
th { font-weight: 500; }
.strategies td { font-variant-numeric: tabular-nums; }
.chart { table-layout: fixed; } .chart span { font-size: .85rem; font-variant-numeric: tabular-nums; }
.bar { block-size: .6rem; min-inline-size: 2px; border-radius: 2px; margin-block-start: .4rem; }
.objects { background: var(--objects); } .bytes { background: var(--bytes); }
footer { font-size: .85rem; overflow-wrap: anywhere; border-block-start: 1px solid var(--line); }
@media (max-width: 44rem) { .strategies thead { display: none; } .strategies tr { display: block; padding-block: .5rem; }
  .strategies th, .strategies td { display: block; border: 0; padding-block: 0; } .strategies th { font-weight: 600; }
  .strategies td::before { content: attr(data-title) ': '; } }
`;
