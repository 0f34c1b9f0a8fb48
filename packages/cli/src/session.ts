import {
  checkConfig,
  checkShape,
  openStore,
  selectStore,
  type ObjectStore,
  type StoreAdapter,
  type StoreConfig,
} from '@store/core';
import { Adapters } from './adapters.js';
import { loadConfigFile, type ConfigFile } from './config-file.js';
import { UsageError } from './exit-codes.js';

/** What every subcommand takes. */
export interface GlobalOptions {
  readonly config?: string | undefined;
  readonly adapter?: readonly string[] | undefined;
  readonly debug?: boolean | undefined;
}

/** An address, opened. */
export interface Target {
  readonly store: ObjectStore;
  readonly key: string;
  /** The address as it was given. */
  readonly address: string;
}

/** The stores that one run of the command uses: opened once each, closed together. */
export class Session implements AsyncDisposable {
  readonly #options: GlobalOptions;
  readonly #adapters: Adapters;
  readonly #stores = new Map<string, ObjectStore>();
  #file: ConfigFile | undefined;

  constructor(options: GlobalOptions) {
    this.#options = options;
    this.#adapters = new Adapters(options.adapter ?? []);
  }

  /**
   * Opens `NAME:key`, where NAME is a store of the configuration (the default one when it is empty), or a URL
   * such as `file:///directory/key`. The key is everything behind, byte for byte, and may be empty.
   *
   * @throws StoreError `InvalidConfig`, or `InvalidArgument` when it is no address
   */
  async open(address: string): Promise<Target> {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(address)?.[1];
    const adapter = scheme === undefined ? undefined : await this.#adapters.forScheme(scheme);
    if (adapter?.url) {
      const { config, key } = await adapter.url.parse(address);
      const entry = { provider: adapter.provider, ...config };
      const store = await this.#once(`url ${JSON.stringify(entry)}`, () =>
        openStore(entry, { adapters: [adapter] }),
      );
      return { store, key, address };
    }
    const colon = address.indexOf(':');
    if (colon < 0) {
      throw new UsageError(
        `${JSON.stringify(address)} is not an address; write STORE:key, with a store of the configuration, or a URL such as file:///directory/key`,
      );
    }
    const store = await this.#openNamed(address.slice(0, colon) || undefined);
    return { store, key: address.slice(colon + 1), address };
  }

  /** As {@link open}, for commands that need a key. */
  async openKey(address: string): Promise<Target> {
    const target = await this.open(address);
    if (target.key === '') throw new UsageError(`${JSON.stringify(address)} names no key`);
    return target;
  }

  /** Checks the whole configuration; resolves to it and its path. */
  async checkConfig(): Promise<{ readonly path: string; readonly config: StoreConfig }> {
    const { path, directory, value } = await this.#configFile();
    const adapters = new Set<StoreAdapter>();
    for (const [name, { provider }] of Object.entries(checkShape(value).stores)) {
      adapters.add(await this.#adapters.forProvider(provider, `stores.${name}`));
    }
    return { path, config: checkConfig(value, { adapters: [...adapters], baseDirectory: directory }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores.values()) await store.close();
    this.#stores.clear();
  }

  async #openNamed(wanted: string | undefined): Promise<ObjectStore> {
    const { directory, value } = await this.#configFile();
    const config = checkShape(value);
    const { name, entry } = selectStore(config, wanted);
    const adapter = await this.#adapters.forProvider(entry.provider, `stores.${name}`);
    return this.#once(`name ${name}`, () =>
      openStore(config, { adapters: [adapter], name, baseDirectory: directory }),
    );
  }

  async #once(id: string, open: () => Promise<ObjectStore>): Promise<ObjectStore> {
    const store = this.#stores.get(id) ?? (await open());
    this.#stores.set(id, store);
    return store;
  }

  async #configFile(): Promise<ConfigFile> {
    this.#file ??= await loadConfigFile(this.#options.config);
    return this.#file;
  }
}
