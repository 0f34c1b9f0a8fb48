import { lstat } from 'node:fs/promises';
import {
  StoreError,
  checkConfig,
  openStore,
  type AddressSettings,
  type ObjectStore,
  type OpenOptions,
  type StoreAdapter,
  type StoreConfig,
  type StoreEntry,
} from '@store/core';
import { checkShape, selectStore } from '@store/core/config';
import { engineOf, type Contact } from '@store/engine';
import type { OssJobs } from '@store/oss';
import { addressSettings, checkAddressSettings, checkSettingsAreForAnother } from './address-settings.js';
import { Adapters } from './adapters.js';
import { configOrPlace, loadConfigFile, type ConfigFile } from './config-file.js';
import { UsageError } from './exit-codes.js';
import type { CommonFlags } from './common-flags.js';
import { fileUrlOf } from './local-path.js';
import { limited, type RequestLimits } from './limited-entry.js';
import type { WaitNotes } from './wait-notes.js';

const JOBS_PROVIDER = 'oss';

const FILE_NAME_TAKEN = 'file: are paths, so give that store another name (a path can be written ./path)';

/** Providers whose addresses are paths. */
const DIRECTORIES: ReadonlySet<string> = new Set(['files', 'fs']);

/** What every subcommand takes. */
export interface GlobalOptions extends AddressSettings, CommonFlags {
  readonly config?: string | undefined;
  readonly adapter?: readonly string[] | undefined;
  readonly debug?: boolean | undefined;
  /** The command line: an address that is not looked at yet may be what a flag is for. */
  readonly words?: readonly string[] | undefined;
}

/** An address, opened. */
export interface Target {
  readonly store: ObjectStore;
  readonly key: string;
  /** The address as it was given. */
  readonly address: string;
}

/** How an address is opened. */
export interface Opening {
  /** Symbolic links are followed, where the store has some. */
  readonly followLinks?: boolean | undefined;
  /** What is written has reached the disk when a write has ended; see `StoreAdapter.reachingDisk`. */
  readonly durable?: boolean | undefined;
  /** What is under this prefix of the store is to be made like something else; see `StoreAdapter.mirroring`. */
  readonly mirrored?: string | undefined;
}

/** Where an address leads. */
export interface Located {
  /** The same for two addresses of one store. */
  readonly id: string;
  readonly key: string;
  readonly provider: string;
  readonly config: StoreConfig | StoreEntry;
  readonly options: OpenOptions;
  /** For URLs: an address that leads there without the flags. */
  readonly address?: string | undefined;
  /** For stores of the configuration file. */
  readonly named?:
    { readonly name: string; readonly entry: StoreEntry; readonly file: ConfigFile } | undefined;
}

/** The stores that one run of the command uses: opened once each, closed together. */
export class Session implements AsyncDisposable {
  readonly #options: GlobalOptions;
  readonly #adapters: Adapters;
  readonly #waits: Pick<WaitNotes, 'opening' | 'tell' | 'throttled'>;
  readonly #limits: RequestLimits;
  readonly #stores = new Map<string, ObjectStore>();
  readonly #jobs = new Map<string, OssJobs>();
  #file: ConfigFile | undefined;
  #usualConfig: string | undefined;

  /**
   * @param limits what flags say about requests
   * @param waits says when a store lets wait
   */
  constructor(
    options: GlobalOptions,
    limits: RequestLimits,
    waits: Pick<WaitNotes, 'opening' | 'tell' | 'throttled'>,
  ) {
    this.#options = options;
    this.#limits = limits;
    this.#waits = waits;
    this.#adapters = new Adapters(options.adapter ?? []);
  }

  /** Loads the code that deals with an address, which takes a moment: a terminal says meanwhile what is opened. */
  loading<T>(address: string, load: () => Promise<T>): Promise<T> {
    return this.#waits.opening(address, load);
  }

  /** Names the configuration that is used unless `--config` names one. Like one that was found, it has to be the user's own. */
  expectConfig(path: string): void {
    this.#usualConfig = path;
  }

  /**
   * Opens `NAME:key`, where NAME is a store of the configuration (the default one when it is empty), a path such
   * as `./directory/name` (see `local-path.ts`), or a URL such as `s3://bucket/key`. The key is everything behind, byte for byte, and may be empty.
   *
   * @throws StoreError `InvalidConfig`, or `InvalidArgument` when it is no address
   */
  async open(address: string, opening: Opening = {}): Promise<Target> {
    return this.#waits.opening(address, async () => {
      const { id, key, config, options } = await this.locate(address, opening);
      const onRetry = this.#waits.tell;
      const store = this.#stores.get(id) ?? (await openStore(config, { ...options, onRetry }));
      this.#stores.set(id, store);
      return { store, key, address };
    });
  }

  /** Requests that the stores have refused for the moment. */
  get throttled(): number {
    return this.#waits.throttled;
  }

  /** Who has answered, of the stores that are open. */
  get contacts(): readonly Contact[] {
    return [...this.#stores.values()].map((store) => engineOf(store, 'session').contact);
  }

  /**
   * As {@link open}, a store of its own, which the caller closes.
   *
   * @throws as {@link open}
   */
  async openOwn(address: string): Promise<ObjectStore> {
    const { config, options } = await this.locate(address);
    return openStore(config, { ...options, onRetry: this.#waits.tell });
  }

  /**
   * The jobs of the provider that an address leads to, and the address's key. OSS alone has jobs.
   *
   * @throws as {@link open}; StoreError `Unsupported` for other providers
   */
  async openJobs(address: string): Promise<{ readonly jobs: OssJobs; readonly key: string }> {
    const { id, key, provider, config, options } = await this.locate(address);
    if (provider !== JOBS_PROVIDER) {
      throw new StoreError('Unsupported', `the provider of ${JSON.stringify(address)} has no batch jobs`);
    }
    const { openJobs } = await import('@store/oss');
    const { name, baseDirectory } = options;
    const jobs = this.#jobs.get(id) ?? openJobs(config, { name, baseDirectory });
    this.#jobs.set(id, jobs);
    return { jobs, key };
  }

  /** Whether {@link openJobs} would find any. */
  async hasJobs(address: string): Promise<boolean> {
    return (await this.locate(address)).provider === JOBS_PROVIDER;
  }

  /** As {@link open}, for commands that need a key. */
  async openKey(address: string): Promise<Target> {
    const target = await this.open(address);
    if (target.key === '') throw new UsageError(`${JSON.stringify(address)} names no key`);
    return target;
  }

  /**
   * What {@link open} would open, as data: for commands that look at the configuration itself.
   *
   * @throws as {@link open}
   */
  async locate(address: string, { followLinks, durable, mirrored }: Opening = {}): Promise<Located> {
    const given = addressSettings(this.#options);
    const url = fileUrlOf(address) ?? address;
    const scheme = /^(?:([a-z][a-z0-9+.-]*):\/\/|(file):)/.exec(url);
    const adapter = scheme ? await this.#adapters.forScheme(scheme[1] ?? scheme[2] ?? '') : undefined;
    if (adapter?.url) {
      // Directories take none; others may be meant by the flags of the same command.
      const isDirectory = DIRECTORIES.has(adapter.provider);
      if (isDirectory) checkSettingsAreForAnother(address, given, this.#options.words ?? []);
      else checkAddressSettings(address, adapter.url, given);
      if (/^file:(?!\/\/)/.test(address)) await this.#refuseStoreNamedFile(address);
      const { config, key, ...found } = await adapter.url.parse(url, isDirectory ? {} : given);
      const links = followLinks ? adapter.followingLinks : {};
      const disk = durable ? adapter.reachingDisk : {};
      const entry = {
        provider: adapter.provider,
        ...config,
        ...links,
        ...disk,
        ...(mirrored === undefined ? {} : adapter.mirroring?.(mirrored)),
      };
      return {
        id: `url ${JSON.stringify(entry)}`,
        key,
        provider: adapter.provider,
        config: limited(entry, adapter, this.#limits),
        options: { adapters: [adapter] },
        address: found.address ?? address,
      };
    }
    checkSettingsAreForAnother(address, given, this.#options.words ?? []);
    const colon = address.indexOf(':');
    if (colon < 0) {
      throw new UsageError(
        `${JSON.stringify(address)} is not an address${await this.#hint(address)}; write STORE:key, with a store of the configuration, a path such as ./directory/file, or a URL such as s3://bucket/key`,
      );
    }
    const file = await this.#configFile();
    const config = checkShape(file.value);
    const { name, entry } = selectStore(config, address.slice(0, colon) || undefined);
    const named = await this.#adapters.forProvider(entry.provider, `stores.${name}`);
    const links = (followLinks && named.followingLinks) || undefined;
    const key = address.slice(colon + 1);
    const mirror = mirrored === undefined ? undefined : named.mirroring?.(mirrored);
    const meant = limited({ ...entry, ...links, ...mirror }, named, this.#limits);
    return {
      id: `name ${name}${links ? ', links followed' : ''}${mirror ? `, ${mirrored} mirrored` : ''}`,
      key,
      provider: entry.provider,
      config: { ...config, stores: { ...config.stores, [name]: meant } },
      options: { adapters: [named], name, baseDirectory: file.directory },
      named: { name, entry, file },
    };
  }

  /** The configuration, with its outer shape checked, and where its relative paths begin. @throws StoreError `InvalidConfig` */
  async configuration(): Promise<{ readonly config: StoreConfig; readonly directory: string }> {
    const { value, directory } = await this.#configFile();
    return { config: checkShape(value), directory };
  }

  /** The configuration, or where one is to be made. @throws StoreError `InvalidConfig` */
  configOrPlace(): Promise<ConfigFile | string> {
    return configOrPlace(this.#options.config);
  }

  /**
   * Checks an entry that is to be written.
   *
   * @param env values of the variables that it names
   * @throws StoreError `InvalidConfig`
   */
  async checkEntry(name: string, entry: StoreEntry, env: Readonly<Record<string, string>>): Promise<void> {
    const adapter = await this.#adapters.forProvider(entry.provider, `stores.${name}`);
    checkConfig({ stores: { [name]: entry } }, { adapters: [adapter], env });
  }

  /** Checks the whole configuration; resolves to it and its path. */
  async checkConfig(): Promise<{ readonly path: string; readonly config: StoreConfig }> {
    const { path, directory, value } = await this.#configFile();
    const adapters = new Set<StoreAdapter>();
    for (const [name, { provider }] of Object.entries(checkShape(value).stores)) {
      adapters.add(await this.#adapters.forProvider(provider, `stores.${name}`));
    }
    const config = checkShape(value);
    const checks = [() => void checkConfig(value, { adapters: [...adapters], baseDirectory: directory })];
    if (Object.hasOwn(config.stores, 'file')) {
      checks.push(() => {
        throw new StoreError('InvalidConfig', `stores.file: ${FILE_NAME_TAKEN}`);
      });
    }
    if (config.gateway !== undefined) {
      const { gatewayEntry } = await import('@store/gateway');
      checks.push(() => void gatewayEntry(config));
    }
    const problems = checks.flatMap(problemOf);
    if (problems.length > 0) throw new StoreError('InvalidConfig', problems.join('; '));
    return { path, config };
  }

  /** The adapters that do not come with the command. @throws StoreError `InvalidConfig` */
  get extraAdapters(): Promise<readonly StoreAdapter[]> {
    return this.#adapters.extras();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stores = [...this.#stores.values()];
    this.#stores.clear();
    for (const store of stores) await store.close();
    for (const jobs of this.#jobs.values()) jobs.close();
    this.#jobs.clear();
  }

  /** `file:dir/` is a directory, and would be emptied in the place of a store that is called so. */
  async #refuseStoreNamedFile(address: string): Promise<void> {
    let config: StoreConfig;
    try {
      config = checkShape((await this.#configFile()).value);
    } catch {
      // Without a configuration, or with one that is not right, it is no store's name.
      return;
    }
    if (Object.hasOwn(config.stores, 'file')) {
      throw new StoreError(
        'InvalidConfig',
        `${JSON.stringify(address)} may be a path or a key of the store "file" of the configuration: ${FILE_NAME_TAKEN}`,
      );
    }
  }

  /** Somebody may have written a store's name alone, or a path as other tools take them. */
  async #hint(address: string): Promise<string> {
    const isStore = await this.#configFile().then(
      ({ value }) => address in checkShape(value).stores,
      () => false,
    );
    if (isStore) return `, but "${address}:" is one`;
    const isPath = await lstat(address).then(
      () => true,
      () => false,
    );
    return isPath ? `, but ${JSON.stringify(`./${address}`)} is one` : '';
  }

  async #configFile(): Promise<ConfigFile> {
    this.#file ??= await loadConfigFile(this.#options.config, this.#usualConfig);
    return this.#file;
  }
}

function problemOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof StoreError) return [error.message];
    throw error;
  }
}
