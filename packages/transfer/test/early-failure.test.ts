import { Readable } from 'node:stream';
import type { ObjectInfo, StoreDriver } from '@store/core';
import { copyPrefix } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { wrappedMemory } from './wrapped-memory.js';

/** When a body fails that nobody has read: as soon as its driver has answered, or when the next event comes. */
const MOMENTS: readonly ((fail: () => void) => void)[] = [
  (fail) => process.nextTick(fail),
  (fail) => setImmediate(fail),
];

/** What is read fails so many times before a byte of it has come, and has the size that is told of it. */
function tornAtFirst(times: number, size: number | undefined, moment: (fail: () => void) => void) {
  let failures = 0;
  const told = <T extends ObjectInfo>(info: T): T => ({ ...info, size });
  return ({ read, list }: StoreDriver): Partial<StoreDriver> => ({
    read: {
      ...read,
      head: async (request, call) => told(await read.head(request, call)),
      get: async (request, call) => {
        const { info, body } = await read.get(request, call);
        if (failures++ >= times) return { info: told(info), body };
        body.destroy();
        const torn = new Readable({ read: () => undefined });
        moment(() => torn.destroy(new Error('the connection was closed')));
        return { info: told(info), body: torn };
      },
    },
    list: {
      ...list,
      page: async (request, call) => {
        const page = await list.page(request, call);
        return { ...page, objects: page.objects.map(told) };
      },
    },
  });
}

describe('a body that fails before anybody has read of it', () => {
  for (const [how, size, partBytes] of [
    ['whole', 10, 100],
    ['by parts', 10, 4],
    ['from its beginning to its end', undefined, 4],
  ] as const) {
    it(`is read again, or a failure of its object, where that is read ${how}`, async () => {
      for (const moment of MOMENTS) {
        for (const times of [1, Infinity]) {
          const { store: from, driver } = wrappedMemory(tornAtFirst(times, size, moment));
          const { store: to } = wrappedMemory();
          await driver.write.put({ key: 'k', body: Buffer.from('0123456789') }, {});
          const report = await copyPrefix(
            { store: from, prefix: '' },
            { store: to, prefix: '' },
            { partBytes },
          );
          expectClosedBooks(report);
          // A stream of unknown length is not begun twice where its target takes none.
          if (times === 1 && size !== undefined) {
            expect(report).to.deep.include({ copied: 1, complete: true });
            expect(await (await to.get('k')).text()).to.equal('0123456789');
          } else {
            expect(report).to.deep.include({ copied: 0, failed: 1 });
            expect(report.failures.byCode).to.deep.equal({ Unavailable: 1 });
          }
        }
      }
    });
  }
});
