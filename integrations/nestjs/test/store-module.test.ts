import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { StoreError, type ObjectStore, type StoreConfig } from '@store/core';
import { fs } from '@store/fs';
import { memory } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { InjectStore, storeToken, StoreModule } from '#src/index.js';

const CONFIG = {
  default: 'uploads',
  stores: { uploads: { provider: 'memory' }, scratch: { provider: 'memory' } },
} as const;

/** What an application has: a class with a store and the default one. */
class Cleaner {
  readonly uploads: ObjectStore;
  readonly scratch: ObjectStore;

  constructor(uploads: ObjectStore, scratch: ObjectStore) {
    this.uploads = uploads;
    this.scratch = scratch;
  }
}
InjectStore()(Cleaner, undefined, 0);
InjectStore('scratch')(Cleaner, undefined, 1);

function started(imports: DynamicModule[], providers = [Cleaner]): Promise<INestApplicationContext> {
  // oxlint-disable-next-line typescript/no-extraneous-class -- a module of Nest is a class without members
  class App {}
  Module({ imports, providers })(App);
  return NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe('StoreModule', () => {
  it('injects stores by name, and the default one without', async () => {
    const app = await started([StoreModule.forRoot(CONFIG, [memory])]);
    const { uploads, scratch } = app.get(Cleaner);
    await uploads.put('tmp/a', 'x');
    await scratch.put('keep', 'y');
    expect(await uploads.deletePrefix('tmp/')).to.include({ deleted: 1, complete: true });
    expect(await scratch.exists('keep')).to.equal(true);
    expect(app.get<ObjectStore>(storeToken('uploads'))).to.equal(uploads);
    await app.close();
  });

  it('closes them at the end', async () => {
    const app = await started([StoreModule.forRoot(CONFIG, [memory])]);
    const { uploads, scratch } = app.get(Cleaner);
    await app.close();
    for (const store of [uploads, scratch])
      expect(await errorOf(store.exists('x'))).to.be.instanceOf(StoreError);
  });

  it('takes a configuration that others make', async () => {
    class Settings {
      readonly provider = 'memory';
    }
    // oxlint-disable-next-line typescript/no-extraneous-class -- a module of Nest is a class without members
    class SettingsModule {}
    Module({ providers: [Settings], exports: [Settings] })(SettingsModule);
    const late = StoreModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      adapters: [memory, fs],
      stores: ['late'],
      useFactory: ({ provider }: Settings) => ({ stores: { late: { provider } } }),
    });
    const app = await started([late], []);
    const store = app.get<ObjectStore>(storeToken());
    await store.put('a', 'x');
    expect(await store.exists('a')).to.equal(true);
    expect(app.get<ObjectStore>(storeToken('late'))).to.equal(store);
    await app.close();
  });

  it('ends the start of an application whose configuration cannot be used', async () => {
    const shapeless: object = { store: {} };
    expect(() => StoreModule.forRoot(shapeless as StoreConfig, [memory])).to.throw(StoreError, 'stores');
    const wrong = StoreModule.forRootAsync({
      adapters: [fs],
      stores: ['uploads'],
      useFactory: () => ({ stores: { uploads: { provider: 'fs', rot: './data' } } }),
    });
    const error = await errorOf(started([wrong], []));
    expect(error).to.be.instanceOf(StoreError).and.include({ code: 'InvalidConfig' });
    expect(String(error)).to.include('stores.uploads.rot');
  });
});
