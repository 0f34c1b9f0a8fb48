import { createObjectStore, StoreError, type RetryEvent } from '@store/core';
import { errorOf, SimulatedClock, SetDriver } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const refused = (): StoreError => new StoreError('Unavailable', 'refused', { unanswered: 'is it running?' });

/** A store at an endpoint that refuses all requests but the first ones. */
function refusing({ answers = 0 } = {}) {
  let requests = 0;
  const clock = new SimulatedClock();
  const driver = new SetDriver({
    keys: ['p/a'],
    pageSize: 1,
    onList: () => {
      if (++requests > answers) throw refused();
    },
  });
  const events: RetryEvent[] = [];
  const settings = { clock, onRetry: (event: RetryEvent) => void events.push(event) };
  const open = (retry = {}) =>
    createObjectStore(Object.assign(driver, { endpoint: 'http://there' }), { ...settings, retry });
  return { clock, open, events, requests: () => requests };
}

async function listed(store: ReturnType<typeof createObjectStore>): Promise<void> {
  for await (const _ of store.list('p/'));
}

describe('a service that has not answered yet', () => {
  it('is given up after a few requests in a few seconds, with what to look at', async () => {
    const { clock, open, events, requests } = refusing();
    const begun = clock.now();
    const error = await errorOf(listed(open()), 'Unavailable');
    expect(error.reason).to.match(
      /^refused; http:\/\/there has not answered yet, tried 5 times in \d\.\d s: is it running\?$/,
    );
    expect(requests()).to.equal(5);
    expect(clock.now() - begun).to.be.below(7000);
    expect(events[0]).to.include({ attempt: 1, maxAttempts: 5, answered: false, endpoint: 'http://there' });
    expect(events[0]?.leftMs).to.equal(7000);
  });

  it('is waited for as long as the settings say', async () => {
    const { clock, open, requests } = refusing();
    const begun = clock.now();
    await errorOf(listed(open({ contactMs: 100_000, patienceMs: 200_000 })));
    expect(clock.now() - begun).to.be.at.least(100_000);
    const before = requests();
    await errorOf(listed(open({ maxAttempts: 2 })));
    expect(requests() - before).to.equal(2);
  });

  it('is waited for with patience once it was there', async () => {
    const { clock, open, events } = refusing({ answers: 1 });
    const store = open();
    await listed(store);
    const begun = clock.now();
    const error = await errorOf(listed(store), 'Unavailable');
    expect(error.reason).to.equal('refused');
    expect(clock.now() - begun).to.be.closeTo(60_000, 1);
    expect(events[0]).to.include({ answered: true, maxAttempts: Infinity });
  });

  it('ends a run at once, and not for each key again', async () => {
    let deletes = 0;
    const clock = new SimulatedClock();
    const driver = new SetDriver({
      keys: [],
      onBatch: () => {
        deletes++;
        throw refused();
      },
    });
    const store = createObjectStore(Object.assign(driver, { endpoint: 'http://there' }), { clock });
    const keys = Array.from({ length: 20_000 }, (_, i) => `p/${i}`);
    const error = await errorOf(store.deleteMany(keys, { concurrency: 1 }), 'Unavailable');
    expect(error.reason).to.match(/http:\/\/there has not answered yet, tried \d times/);
    expect(deletes).to.be.at.most(15);
  });

  it('is asked something else while a first request takes long, and only then', async () => {
    for (const there of [true, false]) {
      const driver = new SetDriver({
        keys: ['p/a'],
        onList: () => new Promise((resolve) => setTimeout(resolve, 400)),
      });
      let asked = 0;
      const head = (): Promise<never> => {
        asked++;
        return there
          ? Promise.reject(new StoreError('NotFound', 'no such object', { status: 404 }))
          : new Promise(() => undefined);
      };
      const { list } = driver;
      const page: typeof list.page = (request, { signal }) =>
        Promise.race([
          list.page(request, { signal }),
          new Promise<never>((_, reject) =>
            signal?.addEventListener('abort', () => reject(new StoreError('Aborted', 'aborted'))),
          ),
        ]);
      const store = createObjectStore(
        Object.assign(driver, {
          endpoint: 'http://there',
          list: { ...list, page },
          read: { ...driver.read, head },
        }),
        { retry: { contactMs: 200 } },
      );
      if (there) await listed(store);
      else
        expect((await errorOf(listed(store), 'Timeout')).reason).to.match(
          /^there was no answer within 0\.2 s, .*http:\/\/there has not answered yet, tried once/,
        );
      expect(asked).to.equal(1);
      await store.close();
    }
  });
});
