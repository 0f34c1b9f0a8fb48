/** A store as another tool's configuration has it: everything but the bucket, which is no part of it. */
export interface FoundStore {
  readonly name: string;
  /** As in `store.config.json`, without secrets. */
  readonly entry: Readonly<Record<string, unknown>> & { readonly provider: string };
  /** Words of the configuration, and what they are. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What the tool has that is not taken over. */
  readonly left: readonly string[];
}

/** One that is not taken over, and why. */
export interface SkippedStore {
  readonly name: string;
  readonly why: string;
}

export type Found = FoundStore | SkippedStore;

/** Those of the values that are there. */
export function present<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const])),
  );
}

/** Some tools leave `https://` out. */
export function withScheme(endpoint: string | undefined): string | undefined {
  return endpoint === undefined || endpoint === ''
    ? undefined
    : endpoint.replace(/^(?!\w+:\/\/)/, 'https://');
}
