import { h, style, voidElement, type Html } from './html.js';

/** What a page is made of. */
export interface PageContent {
  readonly title: string;
  readonly body: readonly Html[];
  /** Besides the time at which it was written. */
  readonly footer?: readonly Html[] | undefined;
  readonly now: Date;
}

/** One HTML document that needs nothing else: no scripts, no fonts, nothing from the network. */
export function htmlPage({ title, body, footer = [], now }: PageContent): string {
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
      h('title', {}, title),
      style(STYLE),
    ),
    h('body', {}, ...body, h('footer', {}, h('p', {}, `Written at ${now.toISOString()}.`), ...footer)),
  );
  return `<!doctype html>\n${page.markup}`;
}

/** A table whose rows begin with their names. On a narrow screen each cell stands under its title. */
export function table(
  kind: string,
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Html {
  return h(
    'table',
    { class: `rows ${kind}` },
    h('caption', {}, caption),
    h('thead', {}, h('tr', {}, ...titles.map((title) => h('th', { scope: 'col' }, title)))),
    h(
      'tbody',
      {},
      ...rows.map(([name = '', ...cells]) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, name),
          ...cells.map((text, i) => h('td', { 'data-title': titles[i + 1] ?? '' }, text)),
        ),
      ),
    ),
  );
}

/** A fact on each line. */
export function facts(id: string, caption: string, pairs: readonly (readonly [string, string])[]): Html {
  const rows = pairs.map(([name, text]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, text)));
  return h('table', { class: 'facts', id }, h('caption', {}, caption), h('tbody', {}, ...rows));
}

/** What bars are of; each has its colour. */
export type Measure = 'objects' | 'bytes';

/** A line of a chart: a bar for each measure. */
export interface ChartRow {
  readonly label: string;
  readonly values: readonly { readonly value: number; readonly text: string }[];
}

/** Bars, each as long as its share of the largest of its measure. */
export function chart(
  id: string,
  title: string,
  measures: readonly Measure[],
  rows: readonly ChartRow[],
): Html {
  const most = measures.map((_, i) => Math.max(1, ...rows.map(({ values }) => values[i]?.value ?? 0)));
  return h(
    'table',
    { class: 'chart', id },
    h('caption', {}, title),
    h(
      'thead',
      {},
      h('tr', {}, h('td', {}), ...measures.map((measure) => h('th', { scope: 'col' }, measure))),
    ),
    h(
      'tbody',
      {},
      ...rows.map(({ label, values }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, label),
          ...measures.map((measure, i) => {
            const { value = 0, text = '' } = values[i] ?? {};
            return bar(measure, value / (most[i] ?? 1), text);
          }),
        ),
      ),
    ),
  );
}

function bar(measure: Measure, share: number, text: string): Html {
  const length = `inline-size:${(share * 100).toFixed(2)}%`;
  const shape = share > 0 ? [h('div', { class: `bar ${measure}`, style: length })] : [];
  return h('td', {}, ...shape, h('span', {}, text));
}

const STYLE = `
:root { color-scheme: light dark; --objects: light-dark(#2563a8, #6aa6e8); --bytes: light-dark(#b4540a, #e79a4f);
  --line: light-dark(#d5d9de, #3b4148); --track: light-dark(#eef1f4, #24282d); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h1 code, th, td { overflow-wrap: anywhere; }
.lead { font-size: 1.15rem; }
.warning { border-inline-start: 4px solid var(--bytes); padding-inline-start: .75rem; overflow-wrap: anywhere; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 32rem), 1fr)); gap: 2rem; margin-block: 2rem;
  align-items: start; }
table { border-collapse: collapse; inline-size: 100%; }
caption { font-weight: 600; text-align: start; padding-block: .5rem; overflow-wrap: anywhere; }
th, td { border-block-start: 1px solid var(--line); padding: .35rem .5rem; text-align: start; vertical-align: top; }
th { font-weight: 500; }
.rows td, .facts td { font-variant-numeric: tabular-nums; }
.facts th { inline-size: 12rem; }
.chart { table-layout: fixed; } .chart span { font-size: .85rem; font-variant-numeric: tabular-nums; }
.bar { block-size: .6rem; min-inline-size: 2px; border-radius: 2px; margin-block-start: .4rem; }
.objects { background: var(--objects); } .bytes { background: var(--bytes); }
footer { font-size: .85rem; overflow-wrap: anywhere; border-block-start: 1px solid var(--line); }
@media (max-width: 44rem) { .rows thead { display: none; } .rows tr { display: block; padding-block: .5rem; }
  .rows th, .rows td { display: block; border: 0; padding-block: 0; } .rows th { font-weight: 600; }
  .rows td::before { content: attr(data-title) ': '; } .facts th { inline-size: 40%; } }
`;
