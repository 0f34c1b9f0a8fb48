// Compiled, never run: each line under @ts-expect-error has to be an error.
import { openDriver, openStore, type StoreAdapter, type StoreConfig, type StoreEntry } from '@store/core';
import { createContainer, storeModule } from '@store/core/container';
import { fs } from '@store/fs';
import { s3 } from '@store/s3';

const options = { adapters: [s3, fs] } as const;

await openStore({ provider: 's3', bucket: 'b' }, options);
await openStore({ provider: 's3', bucket: 'b', quirks: { forcePathStyle: true } }, options);
await openStore({ provider: 'fs', root: '${HOME}/x', retry: { maxAttempts: 2 } }, options);
await openStore(
  { stores: { a: { provider: 'fs', root: 'a' }, b: { provider: 's3', bucket: 'b' } } },
  options,
);
await openStore({ $schema: 'x', default: 'a', stores: { a: { provider: 'fs', root: 'a' } } }, options);
await openStore({ provider: 's3', bucket: 'b' }, { adapters: [s3] });

// Configurations that were written before they are opened.
const entry: StoreEntry<typeof fs> = { provider: 'fs', root: 'a' };
await openStore(entry, options);
const config = { stores: { a: { provider: 's3', bucket: 'b' } } } as const satisfies StoreConfig<typeof s3>;
await openStore(config, options);

// Configurations that were read: nobody but the adapters at run time knows what is in them.
declare const read: StoreConfig;
await openStore(read, options);
declare const either: StoreConfig | StoreEntry;
await openStore(either, options);
await openStore({ ...(either as StoreEntry), bucket: 'b' }, options);
declare const unknown: unknown;
await openStore(unknown as StoreConfig, options);
const imported = {
  default: 'a',
  stores: { a: { provider: 'fs', root: 'a' }, b: { provider: 's3', maxSockets: 5 } },
};
await openStore(imported, options);

// Adapters that were loaded.
declare const loaded: readonly StoreAdapter[];
await openStore({ provider: 'theirs', whatever: 5 }, { adapters: loaded });
await openStore(either, { adapters: loaded });

// @ts-expect-error A key that is misspelt.
await openStore({ provider: 's3', bucket: 'b', regoin: 'x' }, options);
// @ts-expect-error A key of the other adapter.
await openStore({ provider: 'fs', root: 'a', bucket: 'b' }, options);
// @ts-expect-error A quirk that is misspelt.
await openStore({ provider: 's3', bucket: 'b', quirks: { forcePathStile: true } }, options);
// @ts-expect-error A quirk one level too high.
await openStore({ provider: 's3', bucket: 'b', forcePathStyle: true }, options);
// @ts-expect-error A provider that there is not.
await openStore({ provider: 's4', bucket: 'b' }, options);
// @ts-expect-error A provider whose adapter is not among them.
await openStore({ provider: 's3', bucket: 'b' }, { adapters: [fs] });
// @ts-expect-error A number for a text.
await openStore({ provider: 's3', bucket: 5 }, options);
// @ts-expect-error A text for a number.
await openStore({ provider: 's3', bucket: 'b', maxSockets: '5' }, options);
// @ts-expect-error None of the choices.
await openStore({ provider: 's3', bucket: 'b', profile: 'awz' }, options);
// @ts-expect-error The bucket is missing.
await openStore({ provider: 's3' }, options);
// @ts-expect-error A setting that is misspelt.
await openStore({ provider: 'fs', root: 'a', retry: { maxAttempt: 2 } }, options);
// @ts-expect-error A key that is misspelt, of a store with a name.
await openStore({ stores: { a: { provider: 'fs', rot: 'a' } } }, options);
// @ts-expect-error A key of the configuration that is misspelt.
await openStore({ defualt: 'a', stores: { a: { provider: 'fs', root: 'a' } } }, options);
// @ts-expect-error No stores.
await openStore({}, options);

// @ts-expect-error As openStore.
openDriver({ provider: 'fs', rot: 'a' }, options);
storeModule({ stores: { a: { provider: 'fs', root: 'a' } } }, [s3, fs]);
// @ts-expect-error As openStore.
storeModule({ stores: { a: { provider: 'fs', rot: 'a' } } }, [s3, fs]);
// @ts-expect-error As openStore.
createContainer({ stores: { a: { provider: 's3', root: 'a' } } }, [s3, fs]);
