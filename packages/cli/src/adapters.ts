import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StoreError, type StoreAdapter } from '@store/core';
import { suggest } from '@store/driver';

/** The adapters that come with the command, and the URL schemes of those that have one. */
const BUNDLED: Readonly<Record<string, string | undefined>> = {
  files: 'file',
  fs: 'fs',
  memory: undefined,
  s3: 's3',
  oss: 'oss',
  ctyun: 'ctyun',
};

/**
 * Loads adapters by name when they are needed: the SDK of a provider that a command does not talk to is never
 * read. What is not bundled comes from the modules named with `--adapter`.
 */
export class Adapters {
  readonly #modules: readonly string[];
  readonly #loaded = new Map<string, Promise<StoreAdapter | undefined>>();
  #extra: Promise<readonly StoreAdapter[]> | undefined;

  constructor(modules: readonly string[]) {
    this.#modules = modules;
  }

  /**
   * The adapter of a provider.
   *
   * @param path where the provider stands in the configuration, for the message
   * @throws StoreError `InvalidConfig` when there is none
   */
  async forProvider(provider: string, path: string): Promise<StoreAdapter> {
    const extra = await this.extras();
    const found = extra.find((adapter) => adapter.provider === provider) ?? (await this.#bundled(provider));
    if (found) return found;
    const known = [...Object.keys(BUNDLED), ...extra.map((adapter) => adapter.provider)];
    throw new StoreError(
      'InvalidConfig',
      `${path}.provider: there is no adapter for ${JSON.stringify(provider)}${suggest(provider, known, { listAll: true })}`,
    );
  }

  /** The adapter that reads URLs of this scheme, or undefined when none does. */
  async forScheme(scheme: string): Promise<StoreAdapter | undefined> {
    const extra = (await this.extras()).find((adapter) => adapter.url?.scheme === scheme);
    if (extra) return extra;
    const provider = Object.keys(BUNDLED).find((name) => BUNDLED[name] === scheme);
    return provider === undefined ? undefined : this.#bundled(provider);
  }

  async #bundled(provider: string): Promise<StoreAdapter | undefined> {
    if (!Object.hasOwn(BUNDLED, provider)) return undefined;
    let loading = this.#loaded.get(provider);
    if (!loading) {
      loading = importModule(`@store/${provider}`).then((module) =>
        adaptersOf(module).find((adapter) => adapter.provider === provider),
      );
      this.#loaded.set(provider, loading);
    }
    return loading;
  }

  /** Those of the modules named with `--adapter`. @throws StoreError `InvalidConfig` */
  extras(): Promise<readonly StoreAdapter[]> {
    this.#extra ??= Promise.all(this.#modules.map(loadNamed)).then((found) => found.flat());
    return this.#extra;
  }
}

async function loadNamed(name: string): Promise<readonly StoreAdapter[]> {
  let adapters: readonly StoreAdapter[];
  try {
    // As a program in the current directory would find it.
    const require = createRequire(join(process.cwd(), 'store.js'));
    adapters = adaptersOf(await importModule(pathToFileURL(require.resolve(name)).href));
  } catch (error) {
    throw new StoreError('InvalidConfig', `--adapter ${name}: the module cannot be loaded`, { cause: error });
  }
  if (adapters.length > 0) return adapters;
  throw new StoreError('InvalidConfig', `--adapter ${name}: the module exports no StoreAdapter`);
}

async function importModule(specifier: string): Promise<object> {
  const module: unknown = await import(specifier);
  return typeof module === 'object' && module !== null ? module : {};
}

function adaptersOf(module: object): readonly StoreAdapter[] {
  return Object.values(module).filter(isAdapter);
}

function isAdapter(value: unknown): value is StoreAdapter {
  return (
    typeof value === 'object' &&
    value !== null &&
    'provider' in value &&
    typeof value.provider === 'string' &&
    'schema' in value &&
    'createDriver' in value &&
    typeof value.createDriver === 'function'
  );
}
