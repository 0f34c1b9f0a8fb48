import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { BETWEEN, lineText, type Line } from './line.js';
import { terminalText } from './terminal-text.js';

/**
 * The line in no more than so many columns, for a terminal: without parts that can be spared, then cut. Colours are those that
 * the environment permits (`NO_COLOR`, `FORCE_COLOR`).
 */
export function fitted(line: Line, columns: number): { readonly text: string; readonly width: number } {
  const parts = line.map((part) => ({ ...part, text: terminalText(part.text) }));
  const widthOf = (): number => stringWidth(lineText(parts));
  while (widthOf() > columns) {
    const most = Math.max(...parts.map(({ spare = 0 }) => spare));
    if (most <= 0) break;
    parts.splice(
      parts.findLastIndex(({ spare = 0 }) => spare === most),
      1,
    );
  }
  const width = widthOf();
  if (width > columns) return cut(lineText(parts), columns);
  const text = parts
    .map((part) => (part.colour ? styleText(part.colour, part.text, { stream: process.stderr }) : part.text))
    .join(BETWEEN);
  return { text, width };
}

/** By what is seen as one character, which may be two columns wide. */
function cut(text: string, columns: number): { readonly text: string; readonly width: number } {
  let kept = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const wider = width + stringWidth(segment);
    if (wider > columns - 1) break;
    kept += segment;
    width = wider;
  }
  return { text: `${kept}…`, width: width + 1 };
}
