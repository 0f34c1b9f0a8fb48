import type { GenericSchema } from 'valibot';
import type { StoreDriver } from './driver.js';

/** A schema for each key of a configuration: one that the interface gains does not compile until it is here, nor does one more. */
export type ConfigShape<Config> = { readonly [Key in keyof Config]-?: GenericSchema<unknown, Config[Key]> };

/**
 * What an adapter package exports for `openStore` and `createContainer`: plain data and one function.
 *
 * @typeParam Provider the name that selects it
 * @typeParam Config the adapter's own part of a store's configuration, as its schema yields it. An adapter of
 * any configuration is a `StoreAdapter` without it: what `createDriver` is given is always what the same
 * adapter's schema has made.
 */
export interface StoreAdapter<Provider extends string = string, Config = unknown> {
  /** The `provider` that selects this adapter in a configuration. */
  readonly provider: Provider;
  /**
   * Checks the adapter's own keys of a store's configuration. Use a strict object, so that a misspelt key
   * is an error; the keys that every store has (`provider`, `retry`, …) are taken out before.
   */
  readonly schema: GenericSchema<unknown, Config>;
  /** Configuration keys whose values never appear in a message. */
  readonly secretKeys: readonly string[];
  /** Makes the driver. Does no I/O: what is unreachable or missing shows at the first request. */
  createDriver(config: Config, context: AdapterContext): StoreDriver;
  /**
   * Reads an address such as `s3://bucket/key`: the URL scheme, and what it says about the store and the
   * key. For adapters that have one.
   */
  readonly url?: UrlScheme | undefined;
  /**
   * What to add to a configuration so that symbolic links are followed. For adapters of stores that have some, and do not follow them
   * by themselves.
   */
  readonly followingLinks?: Readonly<Record<string, unknown>> | undefined;
  /**
   * What to add to a configuration so that what is under a prefix can be made like something else, with deletes: for adapters of stores that
   * have directories beside their objects.
   */
  readonly mirroring?: ((prefix: string) => Readonly<Record<string, unknown>>) | undefined;
  /**
   * What to add to the configuration of an address so that what has been written survives a power failure: before its source is deleted.
   * For adapters whose addresses do without.
   */
  readonly reachingDisk?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Finds out how a service behaves, with small objects under a prefix of its own, which it leaves empty. For
   * adapters of services that differ.
   */
  diagnose?(config: Config, context: DiagnoseContext): AsyncIterable<Finding>;
}

export interface DiagnoseContext {
  /** Where the diagnosis may write and delete; nothing outside is touched. Ends in `/`. */
  readonly prefix: string;
  readonly signal?: AbortSignal | undefined;
}

/** What one probe of a diagnosis found. */
export interface Finding {
  /** What was asked, such as `Content-MD5 needed`. */
  readonly probe: string;
  /** The answer in a word or two, such as `yes`. */
  readonly answer: string;
  /** What it means for deleting, where it means something. */
  readonly meaning?: string | undefined;
  /** What to set in the store's configuration because of it. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** What the surroundings of a configuration mean for an adapter. */
export interface AdapterContext {
  /** Relative paths in the configuration start here. */
  readonly baseDirectory: string;
}

export interface UrlScheme {
  /** Without colon: `s3`, `oss`, `file`. */
  readonly scheme: string;
  /** Those of the settings that {@link parse} has a use for; others are refused before it is called. Default: none. */
  readonly settings?: readonly (keyof AddressSettings)[] | undefined;
  /**
   * Splits an address into a store's configuration and the key (or prefix) in it. The key is everything
   * that follows, byte for byte; it may be empty.
   *
   * @param settings what was said beside the address; what the address says itself comes first
   * @throws StoreError `InvalidArgument` when the address cannot be one of this scheme
   */
  parse(address: string, settings?: AddressSettings): UrlTarget | Promise<UrlTarget>;
}

/** What may be said about a store beside its address, as by the flags of a command. No secrets. */
export interface AddressSettings {
  /** URL of the service. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** Of the credentials. */
  readonly profile?: string | undefined;
  /** Which of the services that speak one protocol. */
  readonly service?: string | undefined;
  /** `host/bucket/key` instead of `bucket.host/key`. */
  readonly pathStyle?: boolean | undefined;
}

export interface UrlTarget {
  /** The adapter's configuration, without `provider`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly key: string;
  /** The address with the settings in it, when there were any: it leads to the same without them. */
  readonly address?: string | undefined;
}
