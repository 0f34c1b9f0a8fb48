/** When a listing is worth splitting. */
export interface SplitRules {
  /** So many pages come one by one before: most prefixes have fewer. Default 3. */
  readonly serialPages: number;
  /** A range that seems to have less than so many pages left stays whole. Default 6. */
  readonly pagesLeft: number;
  /** Pages that come sooner than this after they were asked for, in milliseconds, are not worth it. Default 4. */
  readonly pageMs: number;
}

/** Rules as callers give them: what is missing has its default. */
export type SplitSettings = { readonly [Name in keyof SplitRules]?: SplitRules[Name] | undefined };

export function splitRules({ serialPages = 3, pagesLeft = 6, pageMs = 4 }: SplitSettings = {}): SplitRules {
  return { serialPages, pagesLeft, pageMs };
}
