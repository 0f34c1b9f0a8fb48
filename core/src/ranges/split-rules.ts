/** When a listing is worth splitting. */
export interface SplitRules {
  /** So many pages come one by one before: most prefixes have fewer. Default 3. */
  readonly serialPages: number;
  /** A range that seems to have less than so many pages left stays whole. Default 4. */
  readonly pagesLeft: number;
  /** Pages that come sooner than this after they were asked for, in milliseconds, are not worth it. Default 4. */
  readonly pageMs: number;
}

export const SPLIT_RULES: SplitRules = { serialPages: 3, pagesLeft: 4, pageMs: 4 };
