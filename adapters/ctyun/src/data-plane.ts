import { addAbortListener } from 'node:events';
import { abortedError, restate, StoreError, type DriverCall } from '@store/driver';
import type { S3Driver } from '@store/s3';
import { getEndpoints, getKeys } from './calls.js';
import type { CtyunConfig, DataPlaneConfig } from './config.js';
import type { OpenApi } from './openapi.js';

/** Keys that are valid in all public pools stand under this id. */
const PUBLIC = 'public';

/** Of the signature; the service does not look at it (the provider's own Terraform provider sends this one). */
const REGION = 'us-east-1';

/** ZOS's S3 endpoint, where the bytes are. Opened when it is first needed. */
export class DataPlane {
  readonly #config: CtyunConfig;
  readonly #api: OpenApi;
  #opening: Promise<S3Driver> | undefined;

  constructor(config: CtyunConfig, api: OpenApi) {
    this.#config = config;
    this.#api = api;
  }

  /** Without it no bytes can be moved. */
  get configured(): boolean {
    return this.#config.dataPlane !== undefined;
  }

  /**
   * Works with the driver of `@store/s3`.
   *
   * @throws StoreError `Unsupported` when the store is configured without a data plane
   */
  async use<T>(
    operation: string,
    key: string,
    { signal }: DriverCall,
    work: (driver: S3Driver) => Promise<T>,
  ): Promise<T> {
    if (!this.configured) {
      throw new StoreError(
        'Unsupported',
        `${operation} needs the S3 endpoint of ZOS, because the OpenAPI moves no bytes: set dataPlane to "auto", ` +
          'or to an endpoint with its keys',
        { provider: 'ctyun', operation, key },
      );
    }
    try {
      return await work(await this.#driver(operation, signal));
    } catch (error) {
      throw error instanceof StoreError ? restate(error, { provider: 'ctyun' }) : error;
    }
  }

  async close(): Promise<void> {
    await this.#opening?.then(
      (driver) => driver.close(),
      () => undefined,
    );
  }

  /** All who wait share one opening, which ends by its own time-out; each may stop waiting. */
  async #driver(operation: string, signal: AbortSignal | undefined): Promise<S3Driver> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    if (!signal) return this.#opening;
    const opening = this.#opening;
    return new Promise((resolve, reject) => {
      const listener = addAbortListener(signal, () => reject(abortedError(signal, operation)));
      opening.then(resolve, reject).finally(() => listener[Symbol.dispose]());
    });
  }

  async #open(): Promise<S3Driver> {
    const { bucket, timeoutMs, maxSockets } = this.#config;
    const { region = REGION, forcePathStyle = true, ...given } = await this.#address();
    // Loaded here: a store without a data plane does not need the AWS SDK.
    const { s3Driver } = await import('@store/s3');
    const own = { profile: 'ctyun-zos', quirks: { forcePathStyle } } as const;
    return s3Driver({ bucket, region, ...given, ...own, timeoutMs, maxSockets });
  }

  async #address(): Promise<DataPlaneConfig> {
    const { dataPlane = 'auto', regionId } = this.#config;
    if (typeof dataPlane === 'object') return dataPlane;
    const keys = await this.#api.ask(getKeys, {}, {});
    const found =
      keys.find(({ regionID }) => regionID === regionId) ?? keys.find(({ regionID }) => regionID === PUBLIC);
    const { internetEndpoint, intranetEndpoint } = await this.#api.ask(getEndpoints, {}, {});
    const [endpoint] = dataPlane === 'auto-intranet' ? intranetEndpoint : internetEndpoint;
    if (!found || endpoint === undefined) {
      const lack = found ? 'S3 endpoint' : 'S3 keys';
      const message = `the OpenAPI names no ${lack} for this regionId; set dataPlane to an endpoint with its keys`;
      throw new StoreError('InvalidConfig', message, { provider: 'ctyun' });
    }
    return { endpoint, accessKeyId: found.accessKey, secretAccessKey: found.secretKey };
  }
}
