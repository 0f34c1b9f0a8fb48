// The pages that `store plan --html` and `store report --html` write, as a browser shows them. Skipped where Chromium is not installed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { execute, missingCommand } from './daemons.js';

const STORE = fileURLToPath(import.meta.resolve('@store/cli/package.json')).replace(
  'package.json',
  'bin/store.js',
);
const HOSTILE = '<img src=x onerror=alert(1)>';
const SMALL = Array.from({ length: 600 }, (_, i) => `logs/small/${i}`);
const LARGE = Array.from({ length: 300 }, (_, i) => `logs/large/${i}`);
const ODD = [`logs/${HOSTILE}/1`, `logs/${'name'.repeat(60)}/1`, 'logs/direct'];

interface Shown {
  readonly label: string;
  /** As a share of its cell. */
  readonly objects: number;
  readonly bytes: number;
  readonly count: string;
}

describe('the pages of --html, in Chromium', () => {
  let emulator: Emulator;
  let directory: string;
  let browser: Browser;
  let plan: string;
  let report: string;

  before(async function () {
    if ((await missingCommand('chromium')) !== undefined) this.skip();
    this.timeout(120_000);
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    await emulator.bucket('demo').seed(SMALL, 'x'.repeat(100));
    await emulator.bucket('demo').seed(LARGE, 'x'.repeat(20_000));
    await emulator.bucket('demo').seed(ODD);
    directory = await mkdtemp(join(tmpdir(), 'store-browser-'));
    const { accessKeyId, secretAccessKey } = emulator.credential;
    const aws = { provider: 's3', profile: 'aws', region: 'us-east-1', quirks: { forcePathStyle: true } };
    const demo = { ...aws, bucket: 'demo', endpoint: emulator.endpoints.s3, accessKeyId, secretAccessKey };
    await writeFile(join(directory, 'store.config.json'), JSON.stringify({ stores: { demo } }));
    plan = await pageOf('plan', 'demo:logs/');
    report = await pageOf('report', await refusedRun());
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false });
  });
  after(async () => {
    await browser?.close();
    await emulator?.close();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  const store = (...args: readonly string[]) =>
    execute(process.execPath, [STORE, ...args], { cwd: directory });

  /** The URL of the page that the command writes. */
  async function pageOf(command: string, about: string): Promise<string> {
    const { stdout } = await store(command, '--html', '-', about);
    const file = join(directory, `${command}.html`);
    await writeFile(file, stdout);
    return pathToFileURL(file).href;
  }

  /** The journal of a run that was throttled once, keeps something, and of which two keys were refused. */
  async function refusedRun(): Promise<string> {
    const journal = join(directory, 'run.journal');
    emulator.setFaults({
      faults: [
        { operation: 'DeleteObjects', times: 1, effect: { error: { code: 'SlowDown', status: 503 } } },
      ],
      deny: [{ key: '^logs/(<img|direct)' }],
    });
    const run = store('rm', '-r', '--yes', '--exclude', 'large/*', '--journal', journal, 'demo:logs/');
    const refused: unknown = await run.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused, 'the run, which leaves something').to.include({ code: 1 });
    emulator.setFaults({});
    return journal;
  }

  /** Opens the page, and closes it when it was looked at. */
  async function look<T>(
    url: string,
    options: BrowserContextOptions,
    at: (page: Page) => Promise<T>,
  ): Promise<T> {
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => {
        complaints.push(dialog.message());
        void dialog.dismiss();
      });
      await page.goto(url, { waitUntil: 'load' });
      const result = await at(page);
      expect(requests).to.deep.equal([url]);
      expect(complaints).to.deep.equal([]);
      return result;
    } finally {
      await context.close();
    }
  }

  const bars = (page: Page, chart: string): Promise<readonly Shown[]> =>
    page.locator(`#${chart} tbody tr`).evaluateAll((rows) =>
      rows.map((row) => {
        const [objects, bytes] = Array.from(row.querySelectorAll('td'), (cell) => {
          const style = getComputedStyle(cell);
          const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
          const bar = cell.querySelector('.bar');
          return (bar?.getBoundingClientRect().width ?? 0) / (cell.clientWidth - padding);
        });
        const count = row.querySelector('td span')?.textContent ?? '';
        return {
          label: row.querySelector('th')?.textContent ?? '',
          objects: objects ?? 0,
          bytes: bytes ?? 0,
          count,
        };
      }),
    );

  const overflow = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  it('has bars of a plan as long as what they stand for, and shows keys as text', async () => {
    await look(plan, { viewport: { width: 1280, height: 900 } }, async (page) => {
      expect(await page.title()).to.equal('Plan: demo:logs/');
      const [small, large, ...others] = await bars(page, 'sub-prefix');
      expect(small).to.include({ label: 'logs/small/', count: '600' });
      expect(small?.objects).to.be.closeTo(1, 0.02);
      expect(small?.bytes).to.be.closeTo(0.01, 0.01);
      expect(large).to.include({ label: 'logs/large/', count: '300' });
      expect(large?.objects).to.be.closeTo(0.5, 0.02);
      expect(large?.bytes).to.be.closeTo(1, 0.02);
      expect(others.map(({ label }) => label)).to.include(`logs/${HOSTILE}/`);
      expect(others.map(({ label }) => label)).to.include('directly under it');
      expect(await page.locator('img').count()).to.equal(0);

      const sizes = await bars(page, 'size');
      expect(
        sizes.filter(({ objects }) => objects > 0).map(({ label, count }) => [label, count]),
      ).to.deep.equal([
        ['empty', '3'],
        ['under 1 KiB', '600'],
        ['16 KiB to 64 KiB', '300'],
      ]);
      const [young, ...older] = await bars(page, 'age');
      expect(young).to.include({ label: 'under a day', count: '903' });
      expect(older.every(({ objects }) => objects === 0)).to.equal(true);
      expect(await page.getByRole('row', { name: /^batch/ }).innerText()).to.match(/USD 0\.000005/);
    });
  });

  it('tells of a run what was deleted, what was not, and why', async () => {
    await look(report, { viewport: { width: 1280, height: 900 } }, async (page) => {
      expect(await page.title()).to.equal('Report: demo:logs/');
      const outcomes = await bars(page, 'outcomes');
      expect(outcomes.map(({ label, count }) => [label, count])).to.deep.equal([
        ['deleted', '601'],
        ['failed', '2'],
        ['kept by the filters', '300'],
      ]);
      const [deleted, failed, kept] = outcomes;
      expect(deleted?.objects).to.be.closeTo(1, 0.02);
      expect(failed?.objects).to.be.within(0.001, 0.02);
      expect(kept?.objects).to.be.closeTo(0.5, 0.02);

      expect(await page.locator('.lead').innerText()).to.match(/^incomplete · deleted 601 of 603 objects/);
      expect(await page.locator('#run').innerText()).to.match(/exclude\s+\["large\/\*"\]/);
      expect(await page.locator('#requests').innerText()).to.match(/asked for fewer\s+1$/);
      const failures = page.locator('.failures tbody tr');
      const rows = await failures.allInnerTexts();
      expect(rows.map((row) => row.split('\t').slice(0, 3))).to.have.deep.members([
        [`logs/${HOSTILE}/1`, '–', 'AccessDenied'],
        ['logs/direct', '–', 'AccessDenied'],
      ]);
      expect(await page.locator('img').count()).to.equal(0);
      expect(await overflow(page)).to.equal(0);
    });
    await look(report, { viewport: { width: 360, height: 700 } }, async (page) => {
      expect(await overflow(page)).to.equal(0);
      expect(await page.locator('thead').last().isVisible(), 'the titles, which stand in the cells').to.equal(
        false,
      );
    });
  });

  it('fits a wide and a narrow window', async () => {
    const charts = (page: Page) =>
      page
        .locator('.chart')
        .evaluateAll((tables) => tables.map((table) => table.getBoundingClientRect().top));
    await look(plan, { viewport: { width: 1280, height: 900 } }, async (page) => {
      const [first, second, third] = await charts(page);
      expect(second).to.equal(first);
      expect(third).to.be.above(first ?? 0);
      expect(await overflow(page)).to.equal(0);
    });
    await look(plan, { viewport: { width: 360, height: 700 } }, async (page) => {
      const tops = await charts(page);
      expect(tops).to.deep.equal(tops.toSorted((a, b) => a - b));
      expect(new Set(tops).size).to.equal(4);
      expect(await overflow(page)).to.equal(0);
    });
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be told from its background on a ${colorScheme} screen`, async () => {
      const pixels = await look(plan, { colorScheme, viewport: { width: 800, height: 600 } }, (page) =>
        page.evaluate(() => {
          const brightness = (color: string): number => {
            const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
              const value = Number(part) / 255;
              return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          // The canvas has no colour of its own to be asked for.
          const probe = document.createElement('div');
          probe.style.backgroundColor = 'Canvas';
          document.body.append(probe);
          const colorOf = (element: Element | null): string =>
            element ? getComputedStyle(element).backgroundColor : '';
          return {
            canvas: brightness(colorOf(probe)),
            text: brightness(getComputedStyle(document.body).color),
            objects: brightness(colorOf(document.querySelector('.bar.objects'))),
            bytes: brightness(colorOf(document.querySelector('.bar.bytes'))),
          };
        }),
      );
      const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      // As WCAG 2.2 asks of text (1.4.3) and of graphics (1.4.11).
      expect(contrast(pixels.text, pixels.canvas)).to.be.at.least(4.5);
      expect(contrast(pixels.objects, pixels.canvas)).to.be.at.least(3);
      expect(contrast(pixels.bytes, pixels.canvas)).to.be.at.least(3);
      expect(pixels.canvas > pixels.text).to.equal(colorScheme === 'light');
    });
  }
});
