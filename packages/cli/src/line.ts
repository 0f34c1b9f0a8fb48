/** A part of a line that tells how far something is. */
export interface Part {
  readonly text: string;
  /** Where there is no room, parts go by this, the highest first. Default 0: never. */
  readonly spare?: number | undefined;
  readonly colour?: 'red' | 'yellow' | undefined;
}

/** Parts as they are told one after the other. */
export type Line = readonly Part[];

/** Between two parts. */
export const BETWEEN = ' · ';

/** The whole line, for where lines may be as long as they are. */
export function lineText(line: Line): string {
  return line.map(({ text }) => text).join(BETWEEN);
}
