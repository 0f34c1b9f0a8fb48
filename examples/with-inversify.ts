import type { ObjectStore, StoreConfig } from '@store/core';
import { createContainer, OBJECT_STORE } from '@store/core/container';
import { fs } from '@store/fs';
import { memory } from '@store/memory';
import { inject, injectable, named } from 'inversify';

const config: StoreConfig = {
  default: 'uploads',
  stores: {
    uploads: { provider: 'fs', root: './data', create: true },
    scratch: { provider: 'memory' },
  },
};

@injectable()
class Cleaner {
  readonly #uploads: ObjectStore;
  readonly #scratch: ObjectStore;

  constructor(
    @inject(OBJECT_STORE) @named('uploads') uploads: ObjectStore,
    @inject(OBJECT_STORE) @named('scratch') scratch: ObjectStore,
  ) {
    this.#uploads = uploads;
    this.#scratch = scratch;
  }

  async clean(): Promise<void> {
    await this.#uploads.put('tmp/session-1/part', 'x');
    await this.#scratch.put('keep', 'y');
    const report = await this.#uploads.deletePrefix('tmp/', { verify: true });
    console.log(`deleted ${report.deleted}, remaining: ${report.remaining?.count}`);
    console.log(`scratch still has its object: ${await this.#scratch.exists('keep')}`);
  }
}

const container = createContainer(config, [fs, memory]);
container.bind(Cleaner).toSelf();
await container.get(Cleaner).clean();
await container.unbindAllAsync();
