import { PageQueue } from '#src/ranges/page-queue.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('pages on their way to the reader', () => {
  it('leave nobody waiting who brought one, however few may wait and whoever ends first', async () => {
    for (const most of [1, 2, 5]) {
      const queue = new PageQueue<number>(() => most);
      let resumed = 0;
      const writers = Array.from({ length: 8 }, async (_, i) => {
        await queue.push(i);
        resumed++;
      });
      const read: number[] = [];
      for await (const item of queue) {
        read.push(item);
        if (read.length < 8) continue;
        await new Promise(setImmediate);
        expect(resumed, `with room for ${most}`).to.equal(8);
        queue.end();
      }
      await Promise.all(writers);
      expect(read).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });

  it('come before the error, and then nobody waits any more', async () => {
    const queue = new PageQueue<number>(() => 1);
    const waiting = queue.push(1);
    queue.end({ error: new Error('gone') });
    const read: number[] = [];
    let failure: unknown;
    try {
      for await (const item of queue) read.push(item);
    } catch (error) {
      failure = error;
    }
    await waiting;
    expect(read).to.deep.equal([1]);
    expect(failure).to.be.instanceOf(Error);
  });
});
