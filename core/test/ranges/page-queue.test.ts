import { PageQueue } from '#src/ranges/page-queue.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('PageQueue', () => {
  it('lets all go on when there is room, also where those that go first bring nothing more', async () => {
    const queue = new PageQueue<number>(() => 2);
    let left = 10;
    /** Brings a page of its own, and those of them that have two the other one. */
    const bring = async (pages: readonly number[]): Promise<void> => {
      for (const page of pages) await queue.push(page);
      if (--left === 0) queue.end();
    };
    for (let i = 0; i < 9; i++) void bring([i]);
    void bring([9, 10]);
    const read: number[] = [];
    for await (const page of queue) read.push(page);
    expect(read.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 11 }, (_, i) => i));
  });
});
