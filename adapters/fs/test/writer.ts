// A process of its own for the tests: `writer.js slow ROOT` writes one object for ever, `writer.js churn ROOT ID`
// writes and deletes the same few keys as fast as it can.
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@store/core';
import { fs } from '@store/fs';

const [, , mode, root = '', id = ''] = process.argv;
const store = await openStore({ provider: 'fs', root, fsync: false }, { adapters: [fs] });

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.alloc(65_536, 'new');
    console.log('writing');
    await sleep(5);
  }
}

if (mode === 'slow') {
  await store.put('k', Readable.from(endless()));
} else {
  for (let round = 0; round < 60; round++) {
    for (const key of ['a/b/c', 'a/b', 'a', 'a/b/d/e']) await store.put(key, `${id} ${round}`);
    await store.deletePrefix('a/');
    await store.delete('a');
  }
  await store.put(`done/${id}`, 'x');
}
await store.close();
