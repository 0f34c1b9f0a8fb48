import type { StoreAdapter } from '@store/driver';
import type { RetrySettings } from '@store/engine';

/**
 * A configuration: named stores, each with its provider.
 *
 * @typeParam Adapter those that it may name: `StoreConfig<typeof s3 | typeof fs>`. Without it, the stores' own keys are
 * not known to TypeScript, as of a file that was read.
 */
export interface StoreConfig<Adapter extends StoreAdapter = StoreAdapter> {
  /** Where the JSON Schema is that editors read. */
  readonly $schema?: string | undefined;
  /** The store that is meant when no name is given. Not needed when there is only one. */
  readonly default?: string | undefined;
  readonly stores: Readonly<Record<string, StoreEntry<Adapter>>>;
  /** What clients of `store serve` sign with: `@store/gateway` knows what is in it, and checks it. */
  readonly gateway?: unknown;
  /** Only a store has one: see {@link StoreEntry}. */
  readonly provider?: undefined;
}

/**
 * One store of a configuration: what every store has, and the keys of its adapter. Texts may have `${NAME}` in them, for a
 * variable of the environment.
 */
export type StoreEntry<Adapter extends StoreAdapter = StoreAdapter> =
  Adapter extends StoreAdapter<infer Provider, infer Config>
    ? CommonEntry<Provider> & (unknown extends Config ? { readonly [key: string]: unknown } : Config)
    : never;

interface CommonEntry<Provider> {
  /** Which adapter: `s3`, `oss`, `ctyun`, `fs`, `files`, `memory`, … */
  readonly provider: Provider;
  /** How failed requests are repeated. */
  readonly retry?: RetrySettings | undefined;
}

/**
 * What these adapters accept, or a configuration (or an entry) of which TypeScript only knows that its providers are texts,
 * because it was read from a file. That one is checked when a store is opened.
 *
 * @typeParam Given the configuration as it is given
 */
export type ConfigFor<Adapter extends StoreAdapter, Given> =
  | StoreConfig<Adapter>
  // What is given is inferred from the one, and may be the other.
  | (Given & WhenUntyped<Given, unknown>)
  | WhenUntyped<Given, StoreConfig | StoreEntry>;

type WhenUntyped<Given, Then> = string extends ProvidersOf<Given> ? Then : never;

type ProvidersOf<Given> = Given extends {
  readonly stores: Readonly<Record<string, { readonly provider: infer Provider }>>;
}
  ? Provider
  : Given extends { readonly provider: infer Provider }
    ? Provider
    : never;
