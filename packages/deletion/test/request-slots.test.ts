import { RequestSlots, type RequestKind } from '#src/request-slots.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { SimulatedClock } from '@store/conformance';

describe('the requests of a run', () => {
  function busy(most: number) {
    const stop = new AbortController();
    const clock = new SimulatedClock();
    const slots = new RequestSlots(most, stop.signal, clock);
    const order: RequestKind[] = [];
    const ask = async (kind: RequestKind): Promise<boolean> => {
      const got = await slots.acquire(kind);
      if (got) order.push(kind);
      return got;
    };
    return { slots, order, ask, stop, clock };
  }

  it('are never more than the limit, and each kind gets on', async () => {
    for (const most of [1, 2, 8]) {
      const { slots } = busy(most);
      let inFlight = 0;
      const done: Record<RequestKind, number> = { list: 0, delete: 0 };
      const work = async (kind: RequestKind): Promise<void> => {
        for (let i = 0; i < 20; i++) {
          await slots.acquire(kind);
          expect(++inFlight).to.be.at.most(most);
          await new Promise(setImmediate);
          inFlight--;
          done[kind]++;
          slots.release(kind);
        }
      };
      await Promise.all(Array.from({ length: 12 }, (_, i) => work(i % 2 ? 'list' : 'delete')));
      expect(done).to.deep.equal({ list: 120, delete: 120 });
    }
  });

  it('are deletes before listings, but for a quarter', async () => {
    const { slots, order, ask } = busy(4);
    for (let i = 0; i < 4; i++) await ask('delete');
    void ask('list');
    void ask('list');
    for (let i = 0; i < 4; i++) void ask('delete');
    for (let i = 0; i < 4; i++) {
      slots.release('delete');
      await new Promise(setImmediate);
    }
    expect(order.slice(4)).to.deep.equal(['list', 'delete', 'delete', 'delete']);
  });

  it('are none any more after the stop', async () => {
    const { ask, stop } = busy(1);
    await ask('list');
    const waiting = [ask('list'), ask('delete')];
    stop.abort();
    expect(await Promise.all(waiting)).to.deep.equal([false, false]);
    expect(await ask('delete')).to.equal(false);
  });

  it('say how many listings keep up with the deletes', async () => {
    const { slots, ask, clock } = busy(32);
    const take = async (kind: RequestKind, ms: number): Promise<void> => {
      await ask(kind);
      await clock.sleep(ms);
      slots.release(kind);
    };
    expect(slots.listsToKeepUp).to.equal(32);
    await take('list', 50);
    // Nothing is known of deletes.
    expect(slots.listsToKeepUp).to.equal(32);
    await take('delete', 150);
    // A quarter, and a quarter of that.
    expect(slots.listsToKeepUp).to.equal(10);
    for (let i = 0; i < 200; i++) await take('list', 450);
    expect(slots.listsToKeepUp).to.be.within(28, 32);
  });
});
