import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { FleetBooks, PieceChange, TakenPiece } from '#src/fleet-books.js';
import { openPlace, type FleetPlace } from '#src/fleet-place.js';
import type { PieceId } from '#src/fleet-run.js';
import { freshAccount } from '#src/rest.js';
import { PLACES, type TestPlace } from './places.js';

const COUNTS = {
  deleted: 0,
  filtered: 0,
  failed: 0,
  blocked: 0,
  bytes: 0,
  markers: 0,
  lists: 0,
  deletes: 0,
  retried: 0,
  throttled: 0,
};

for (const { name: kind, isInstalled, start } of PLACES)
  describe(`the books of a fleet in ${kind}`, function () {
    this.timeout(60_000);
    let server: TestPlace | undefined;
    let place: FleetPlace;
    let books: FleetBooks;
    let runs = 0;

    before(async function () {
      if (!(await isInstalled())) return this.skip();
      server = await start();
      place = openPlace({ url: server.url });
      books = place.books;
    });
    after(async () => {
      await place?.close();
      await server?.[Symbol.asyncDispose]();
    });

    /** A row with one piece. */
    async function begun(): Promise<PieceId> {
      const id = { run: `run-${++runs}`, row: 0 };
      const row = { address: 'demo:p/', prefix: 'p/', provider: 's3', place: 'there' };
      await books.begin({ id: id.run, startedAt: runs, rows: [row], options: {}, keysPerJob: 10 });
      const piece = { account: freshAccount([{ pass: 0 }]), intents: [] };
      expect(await books.beginPass(id, 0, piece)).to.equal(true);
      expect(await books.beginPass(id, 0, piece), 'again').to.equal(false);
      expect(await books.openPieces(id)).to.deep.equal([1]);
      return { ...id, piece: 1 };
    }

    async function taken(id: PieceId): Promise<TakenPiece> {
      const piece = await books.takeOver(id);
      if (!piece) throw new Error('there is no such piece');
      return piece;
    }

    function change(epoch: number, sequence: number, more: Partial<PieceChange> = {}): PieceChange {
      return { epoch, sequence, whole: false, intents: [], closed: [], ...more };
    }

    const intent = (id: number) => ({
      id,
      pass: 0,
      keys: ['p/ü"\u{10ffff}', `p/ü"\u{10fffe}${id}`, ...(id % 2 ? ['p/\0'] : [])],
      sizes: [1, null, ...(id % 2 ? [3] : [])],
    });

    it('let nobody speak for a piece whom somebody else has succeeded', async () => {
      const id = await begun();
      const first = await taken(id);
      const account = { ...first.account, deleted: 5 };
      const counts = { ...COUNTS, deleted: 5 };
      expect(
        await books.write(id, change(first.epoch, 0, { intents: [intent(7)], account, counts })),
      ).to.equal('kept');
      const second = await taken(id);
      expect(second.epoch).to.be.above(first.epoch);
      expect(second).to.deep.include({ account, counts, intents: [intent(7)] });

      const cursorBack = { ...first.account, deleted: 1 };
      for (const whole of [false, true])
        expect(await books.write(id, change(first.epoch, 1, { whole, account: cursorBack }))).to.equal(
          'lost',
        );
      const end = { epoch: first.epoch, status: 'done', children: [], failures: [], warnings: [] } as const;
      expect(await books.end(id, end)).to.equal(undefined);
      expect((await taken(id)).account).to.deep.equal(account);
      expect(await books.openPieces(id)).to.deep.equal([1]);
    });

    it('want to be told everything when they have lost something, and forget what is not told again', async () => {
      const id = await begun();
      const { epoch, account } = await taken(id);
      expect(await books.write(id, change(epoch, 0, { intents: [intent(1), intent(2)] }))).to.equal('kept');
      expect(await books.write(id, change(epoch, 5, { intents: [intent(3)] }))).to.equal('behind');
      expect(
        await books.write(id, change(epoch, 5, { whole: true, intents: [intent(3)], account })),
      ).to.equal('kept');
      expect(await books.write(id, change(epoch, 6, { closed: [3] }))).to.equal('kept');
      expect((await taken(id)).intents).to.deep.equal([]);
    });

    it('sum up what pieces say of themselves, once, and hand on what is left', async () => {
      const id = await begun();
      const { epoch, account } = await taken(id);
      const failing = { ...account, failures: { byCode: { AccessDenied: 2 }, sample: [] } };
      for (const [sequence, deleted] of [3, 8].entries()) {
        const counts = { ...COUNTS, deleted, failed: 2, bytes: 2 ** 52 };
        expect(await books.write(id, change(epoch, sequence, { account: failing, counts }))).to.equal('kept');
      }
      const orders = ['pause', 'go', 'stop', 'go', 'go'] as const;
      const since: number[] = [];
      for (const order of orders) {
        await books.tell(id.run, order);
        since.push((await books.look(id, 1)).failed);
      }
      expect(since, 'failures since it went on after a stop').to.deep.equal([2, 2, 2, 0, 0]);
      expect(await books.row(id)).to.deep.include({
        counts: { ...COUNTS, deleted: 8, failed: 2, bytes: 2 ** 52 },
        byCode: { AccessDenied: 2 },
      });
      const child = {
        account: freshAccount([{ pass: 0, after: 'p/m', upto: 'p/\u{10ffff}' }]),
        intents: [intent(9)],
      };
      const failure = { key: 'p/x', code: 'AccessDenied', message: 'no', attempts: 1 } as const;
      const end = { epoch, status: 'split', failures: [failure], warnings: ['mind'] } as const;
      expect(await books.end(id, { ...end, children: [child, child] })).to.deep.equal([2, 3]);
      expect(await books.end(id, { ...end, children: [child] }), 'again').to.equal(undefined);
      expect(await taken(id)).to.deep.include({ status: 'split', children: [2, 3] });
      expect(await taken({ ...id, piece: 3 })).to.deep.include({ ...child, status: 'open', epoch: 1 });
      expect(await books.row(id)).to.deep.include({
        pieces: { open: 2, done: 0, split: 1, left: 0, broken: 0 },
        failures: [failure],
        warnings: ['mind'],
        byCode: { AccessDenied: 2 },
      });
      // What had failed is tried again, and does not fail.
      const second = await taken({ ...id, piece: 2 });
      const write = change(second.epoch, 0, { account: failing, counts: { ...COUNTS, failed: 2 } });
      expect(await books.write({ ...id, piece: 2 }, write)).to.equal('kept');
      const whole = change(second.epoch, 1, { account, counts: COUNTS });
      expect(await books.write({ ...id, piece: 2 }, whole)).to.equal('kept');
      expect(await books.row(id)).to.deep.include({ byCode: { AccessDenied: 2 } });
    });

    it('open again what was left when a run was stopped', async () => {
      const id = await begun();
      const { epoch, account } = await taken(id);
      await books.write(id, change(epoch, 0, { intents: [intent(4)], account }));
      await books.end(id, { epoch, status: 'left', children: [], failures: [], warnings: [] });
      expect(await books.openPieces(id)).to.deep.equal([]);
      await books.reopen(id);
      expect(await taken(id)).to.deep.include({ status: 'open', account, intents: [intent(4)] });
    });

    it('survive a restart of what keeps them', async () => {
      const id = await begun();
      const { epoch } = await taken(id);
      await books.write(id, change(epoch, 0, { intents: [intent(4)] }));
      await server?.restart();
      expect((await taken(id)).intents).to.deep.equal([intent(4)]);
    });

    it('know who is there, and let one piece at a time be shared: the one with the most left', async () => {
      const [id, other] = [await begun(), await begun()];
      await books.beat('a', 2);
      await books.beat('b', 3);
      const { ids, ...rest } = await books.workers();
      expect(rest).to.deep.equal({ workers: 2, slots: 5 });
      expect(ids).to.have.members(['a', 'b']);
      await books.leave('a');
      expect(await books.workers()).to.deep.equal({ workers: 1, ids: ['b'], slots: 3 });
      await books.look(other, 1e6);
      await new Promise((resolve) => setTimeout(resolve, 600));
      await books.tell(other.run, 'pause');
      expect(await books.look(id, 6)).to.include({ command: 'go', mayShare: false });
      expect(await books.look(other, 1e6)).to.deep.equal({ command: 'pause', failed: 0, mayShare: true });
      expect(await books.look(other, 1e6), 'it is being shared').to.include({ mayShare: true });
      expect(await books.look(other, 0), 'it cannot be').to.include({ mayShare: false });
      expect(await books.look(id, 6), 'another one is being shared').to.include({ mayShare: false });
    });

    it('forget a run and everything of it', async () => {
      const id = await begun();
      const run = await books.run(id.run);
      if (!run) throw new Error('there is no such run');
      expect(await books.endRow(id, { at: 5 }), 'a piece is open').to.equal(false);
      const { epoch } = await taken(id);
      await books.end(id, { epoch, status: 'done', children: [], failures: [], warnings: [] });
      expect(await books.endRow(id, { at: 5, remaining: 0 })).to.equal(true);
      expect(await books.row(id)).to.deep.include({ endedAt: 5, remaining: 0 });
      await books.forget(run);
      expect(await books.run(id.run)).to.equal(undefined);
      expect((await books.runs()).map((one) => one.id)).not.to.include(id.run);
      expect(await books.takeOver(id)).to.equal(undefined);
      expect(await books.row(id)).to.deep.include({ pass: -1, endedAt: undefined });
    });

    it('have a rate as soon as the service asks for less, from what it has taken so far', async () => {
      const name = `rate-${++runs}`;
      const ask = (more: object) => books.lease(name, { keys: 0, taken: 0, ...more });
      await ask({ taken: 3500 });
      const { rate, epoch } = await ask({ throttledIn: 0 });
      expect(epoch).to.equal(1);
      // It had saved up a second's worth; and less at first.
      expect(rate).to.be.within(0.4 * 3500, 3500);
      const soon = await ask({ taken: 100, throttledIn: 1 });
      expect(soon.epoch).to.equal(2);
      // Another worker had not yet said what it knows.
      expect(soon.rate).to.be.above(rate ?? Infinity);
    });

    it('take hot ranges of any workers for the store that has not taken much yet, where hardly anything else is answered', async () => {
      const young = `rate-${++runs}`;
      const ask = (name: string, more: object) => books.lease(name, { keys: 0, taken: 0, ...more });
      expect(await ask(young, { taken: 3000, good: 3 })).to.deep.include({ isYoung: true, rate: undefined });
      expect(await ask(young, { hot: 1, refused: 2 })).to.deep.include({ isYoung: true, epoch: 0 });
      const lowered = await ask(young, { hot: 1, refused: 1 });
      expect(lowered).to.deep.include({ isYoung: false, epoch: 1 });
      expect(lowered.rate).to.be.within(500, 3000);
      const mixed = `rate-${++runs}`;
      await ask(mixed, { taken: 3000, good: 3 });
      for (let i = 0; i < 5; i++) {
        expect((await ask(mixed, { hot: 1, refused: 2, good: 1 })).epoch).to.equal(0);
      }
      const old = `rate-${++runs}`;
      expect((await ask(old, { taken: 20_000, good: 20 })).isYoung).to.equal(false);
      expect((await ask(old, { hot: 3, refused: 9 })).epoch).to.equal(0);
    });

    it('lease one rate to all, lower it once, and let it come back', async () => {
      const name = `rate-${++runs}`;
      const ask = (more: object) => books.lease(name, { keys: 0, taken: 0, ...more });
      expect(await ask({ keys: 1000 })).to.deep.include({ waitMs: 0, rate: undefined, epoch: 0 });
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const lowered = await ask({ taken: 4000, throttledIn: 0 });
      expect(lowered.epoch).to.equal(1);
      expect(lowered.rate).to.be.within(0.6 * (4000 / 2.3), 4000 / 2.1);
      const again = await ask({ throttledIn: 0 });
      expect(again).to.deep.include({ epoch: 1 });
      expect(again.rate).to.be.at.least(lowered.rate ?? Infinity);
      const waits = [];
      for (let i = 0; i < 3; i++) waits.push((await ask({ keys: 1000 })).waitMs);
      expect(waits.toSorted((a, b) => a - b)).to.deep.equal(waits);
      expect((waits[2] ?? 0) - (waits[1] ?? 0)).to.be.within(500, 900);
    });
  });
