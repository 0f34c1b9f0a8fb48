// A process of its own for the tests: uses a store, closes it, and has to end soon without being told to.
import { openStore } from '@store/core';
import { s3, type S3Config } from '@store/s3';

const config = JSON.parse(process.argv[2] ?? '') as S3Config;
const store = await openStore({ provider: 's3', ...config }, { adapters: [s3] });
await store.put('left', 'open');
(await store.get('k')).body.destroy();
for await (const _ of store.list('')) break;
await store.presign('k');
await store.deletePrefix('left', { partialName: true });
await store.close();
setTimeout(() => process.exit(1), 2_000).unref();
const started = Date.now();
process.on('exit', () => {
  if (Date.now() - started > 1_000) process.exitCode = 1;
});
