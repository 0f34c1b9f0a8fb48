import { openStore } from '@store/core';
import { s3 } from '@store/s3';

const store = await openStore({ provider: 's3', bucket: 'demo' }, { adapters: [s3] });
for (const day of ['01', '02', '03']) await store.put(`logs/2026-01-${day}.txt`, 'hello');
await store.put('logs-archive/2025.txt', 'stays');
const report = await store.deletePrefix('logs/');
console.log(`deleted ${report.deleted}, complete: ${report.complete}`);
for await (const { key } of store.list('')) console.log(`still there: ${key}`);
await store.close();
