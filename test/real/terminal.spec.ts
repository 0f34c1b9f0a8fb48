// What the command shows on a terminal while it works: snapshots of one, by tmux. Without tmux they are skipped. The measured times
// are printed, and not asserted.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { missingCommand } from './daemons.js';
import { Screen, type Snapshot } from './screen.js';

const BIN = fileURLToPath(new URL('../../../packages/cli/bin/store.js', import.meta.url));

/** Wide characters too, so that columns are not characters. */
const NAME = `p/${'日本語の長い名前/'.repeat(4)}`;

const WIDTHS = [80, 120];

/** What was seen of a command until it ended. */
interface Seen {
  readonly snapshots: readonly Snapshot[];
  readonly last: string;
}

describe('the command on a terminal', function () {
  this.timeout(120_000);
  let emulator: Emulator;
  let directory: string;
  const times: string[] = [];

  before(async function () {
    if ((await missingCommand('tmux')) !== undefined) this.skip();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'store-terminal-'));
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    const { accessKeyId, secretAccessKey } = emulator.credential;
    const keys = { accessKeyId, secretAccessKey };
    const demo = { provider: 's3', bucket: 'demo', endpoint: emulator.endpoints.s3, ...keys };
    const stores = { demo, dead: { ...demo, endpoint: `http://127.0.0.1:${await deadPort()}` } };
    await writeFile(join(directory, 'store.config.json'), JSON.stringify({ stores }));
  });
  afterEach(async () => {
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  });
  after(() => {
    for (const line of times) console.log(line);
  });

  async function fill(count: number): Promise<void> {
    const keys = Array.from({ length: count }, (_, i) => `${NAME}${String(i).padStart(6, '0')}`);
    await emulator.bucket('demo').seed(keys, 'x');
  }

  function start(command: string, columns: number): Promise<Screen> {
    const line = command.replaceAll('store ', `"${process.execPath}" "${BIN}" `);
    const env = { XDG_STATE_HOME: join(directory, 'state'), TERM: 'screen-256color' };
    return Screen.start(line, { columns, cwd: directory, env });
  }

  /** Watches a command to its end: no row that tells how far it is may be broken into two. */
  async function watch(
    command: string,
    columns: number,
    { act }: { act?: (screen: Screen) => Promise<void> } = {},
  ): Promise<Seen> {
    await using screen = await start(command, columns);
    const acting = act?.(screen);
    const snapshots: Snapshot[] = [];
    for await (const snapshot of screen.watch(/^ended \d+$/m)) snapshots.push(snapshot);
    await acting;
    const first = snapshots.find(({ text }) => text !== '');
    times.push(
      `${command.slice(0, 60)} at ${columns} columns: something after ${Math.round(first?.atMs ?? NaN)} ms`,
    );
    return { snapshots, last: snapshots.at(-1)?.text ?? '' };
  }

  function expectOneRow({ snapshots }: Seen, row: RegExp, columns: number): void {
    const going = snapshots.filter(({ text }) => row.test(text) && !text.includes('ended'));
    expect(going.length, 'snapshots while it goes on').to.be.above(1);
    for (const { text, wrapped } of going) {
      expect(wrapped, text).to.equal(false);
      // It is drawn over, not below.
      expect(
        text.split('\n').filter((one) => row.test(one)),
        text,
      ).to.have.length(1);
      for (const one of text.split('\n')) expect(one.length).to.be.at.most(columns);
    }
  }

  for (const columns of WIDTHS) {
    it(`rm -r: a row with rate and, from an estimate, an end, at ${columns} columns`, async () => {
      await fill(12_000);
      emulator.setLoad({ baseMs: 50 }, { writesPerSecond: 1500, burst: 1500 });
      const seen = await watch('store rm -r --yes demo:p/', columns);
      expectOneRow(seen, /deleted · .*keys\/s/, columns);
      expect(seen.snapshots.some(({ text }) => /\/~[\d,]+ deleted .*ETA/.test(text))).to.equal(true);
      expect(seen.last).to.contain('deleted 12,000 objects').and.contain('ended 0');
    });

    it(`rm -r asks after a count that is shown, at ${columns} columns`, async () => {
      await fill(3000);
      emulator.setLoad({ baseMs: 300 });
      const seen = await watch('store rm -r demo:p/', columns, {
        act: async (screen) => {
          await screen.until(/Delete them\? \[y\/N\]/);
          await screen.press('n', 'Enter');
        },
      });
      expectOneRow(seen, /counted · /, columns);
      expect(seen.last).to.contain('nothing was deleted').and.contain('ended 1').and.not.contain('counted');
    });

    it(`cp -r and sync: a row with a rate, at ${columns} columns`, async () => {
      await mkdir(join(directory, 'from'));
      for (let i = 0; i < 400; i++) await writeFile(join(directory, 'from', `${i}${'長'.repeat(30)}`), 'x');
      emulator.setLoad({ baseMs: 200 });
      const copied = await watch('store cp -r ./from/ demo:to/', columns);
      expectOneRow(copied, /objects · /, columns);
      expect(copied.last).to.contain('ended 0');
      const same = await watch('store sync --delete --yes ./from demo:to2/', columns);
      expectOneRow(same, /objects · /, columns);
      expect(same.last).to.contain('ended 0');
    });

    it(`du, and a listing into a file, at ${columns} columns`, async () => {
      await fill(6000);
      emulator.setLoad({ baseMs: 300 });
      for (const [command, row] of [
        ['store du demo:p/', /counted · /],
        ['store ls -r demo:p/ > list', /listed · /],
      ] as const) {
        const seen = await watch(command, columns);
        expectOneRow(seen, row, columns);
        expect(seen.last).to.contain('ended 0').and.not.match(row);
      }
    });

    it(`says after Ctrl-C how to go on, below what it did, at ${columns} columns`, async () => {
      await fill(12_000);
      emulator.setLoad({ baseMs: 50 }, { writesPerSecond: 800, burst: 800 });
      const seen = await watch('store rm -r --yes demo:p/', columns, {
        act: async (screen) => {
          await screen.until(/[1-9][\d,]*(?:\/~[\d,]+)? deleted/);
          await screen.press('C-c');
        },
      });
      expect(seen.snapshots.some(({ text }) => text.includes('stopping: waiting for the requests'))).to.equal(
        true,
      );
      expect(seen.last).to.contain('ended 130');
      expect(seen.last).to.match(/store resume/);
      // The last state of the row stands there once, and nothing of an earlier one.
      expect(seen.last.match(/ keys\/s/g)?.length, seen.last).to.be.at.most(2);
    });

    it(`names a server that does not answer at once, with the attempt, at ${columns} columns`, async () => {
      const seen = await watch('store ls dead:', columns);
      expectOneRow(seen, /waiting for http:\/\/127\.0\.0\.1:\d+ · /, columns);
      expect(seen.snapshots.some(({ text }) => /attempt [2-5] of 5/.test(text))).to.equal(true);
      expect(seen.snapshots.at(-1)?.joined).to.match(/has not answered yet, tried 5 times/);
      expect(seen.last)
        .to.contain('ended 1')
        .and.not.match(/^waiting/m);
    });
  }

  it('draws the row anew when the terminal gets narrower, and wider', async () => {
    await fill(12_000);
    emulator.setLoad({ baseMs: 50 }, { writesPerSecond: 1500, burst: 1500 });
    const seen = await watch('store rm -r --yes demo:p/', 120, {
      act: async (screen) => {
        for (const columns of [60, 100, 40, 90]) {
          await screen.until(/[1-9][\d,]*(?:\/~[\d,]+)? deleted/);
          await screen.resize(columns);
          await new Promise((resolve) => setTimeout(resolve, 700));
          const { text, wrapped } = await screen.look();
          if (text.includes('ended')) return;
          expect(wrapped, text).to.equal(false);
          expect(text.split('\n'), text).to.have.length(1);
        }
      },
    });
    expect(seen.last).to.contain('ended 0');
  });
});

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
