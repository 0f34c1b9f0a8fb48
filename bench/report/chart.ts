import { spread } from '../statistics.js';
import { secondsOf } from './columns.js';
import type { ShapeResult } from './deleting-tables.js';

const WIDTH = 860;
const LABELS = 250;
const VALUES = 110;
const BAR = 14;
const STEP = 20;
const HEAD = 34;

/** Grey and one colour that can be read on white and on black. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #57606a }
  .title { font-weight: 600; font-size: 14px; fill: #24292f }
  .bar { fill: #9aa4af } .ours { fill: #2f81f7 } .spread { stroke: #57606a; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 } .title { fill: #e6edf3 } .bar { fill: #57606a } .spread { stroke: #9198a1 }
  }`;

/** Bars of the times, shape by shape: each panel has its own scale. */
export function chartOf(results: readonly ShapeResult[], keys: number): string {
  let y = 24;
  const panels: string[] = [
    text(0, y, `Seconds to delete ${keys.toLocaleString('en')} keys (median, smallest and largest)`, 'title'),
  ];
  for (const { shape, rows } of results) {
    const counted = rows
      .filter(({ samples }) => samples.length > 0)
      .sort((a, b) => secondsOf(a) - secondsOf(b));
    const longest = Math.max(...counted.flatMap(({ samples }) => samples.map((sample) => sample.seconds)));
    const scale = (WIDTH - LABELS - VALUES) / longest;
    y += HEAD;
    panels.push(text(0, y - 8, shape, 'title'));
    for (const row of counted) {
      const [low, high] = spread(row.samples.map((sample) => sample.seconds));
      const length = secondsOf(row) * scale;
      const middle = y + BAR / 2;
      panels.push(
        text(LABELS - 8, y + 11, row.label.replace(/[*`]/g, ''), undefined, 'end'),
        `<rect class="bar${row.name === 'ours' ? ' ours' : ''}" x="${LABELS}" y="${y}" width="${length.toFixed(1)}" height="${BAR}"/>`,
        `<path class="spread" d="M${(LABELS + low * scale).toFixed(1)} ${middle}H${(LABELS + high * scale).toFixed(1)}"/>`,
        text(LABELS + high * scale + 8, y + 11, `${secondsOf(row).toFixed(2)} s`),
      );
      y += STEP;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" role="img">
<style>${STYLE}
</style>
${panels.join('\n')}
</svg>
`;
}

function text(x: number, y: number, content: string, name?: string, anchor?: string): string {
  const attributes = [name && `class="${name}"`, anchor && `text-anchor="${anchor}"`].filter(Boolean);
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes.join(' ')}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
}
