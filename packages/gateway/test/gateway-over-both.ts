import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDriver, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type Gateway, type GatewayKey } from '@store/gateway';
import { memoryDriver } from '@store/memory';

/** A gateway over a directory and over memory, as the bucket `memory`; parts may be small. */
export class GatewayOverBoth implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly driver: StoreDriver;
  readonly #root: string;

  private constructor(gateway: Gateway, driver: StoreDriver, root: string) {
    this.gateway = gateway;
    this.driver = driver;
    this.#root = root;
  }

  /** @param bucket of the directory */
  static async start(bucket: string, credentials: readonly GatewayKey[]): Promise<GatewayOverBoth> {
    const root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    const place = { provider: 'fs', root: join(root, 'data'), create: true, fsync: false };
    const driver = openDriver(place, { adapters: [fs] });
    const gateway = await startGateway({
      minPartBytes: 0,
      stores: { [bucket]: driver, memory: memoryDriver() },
      credentials,
      spoolDirectory: join(root, 'spool'),
    });
    return new GatewayOverBoth(gateway, driver, root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
    await this.driver.close();
    await rm(this.#root, { recursive: true });
  }
}
