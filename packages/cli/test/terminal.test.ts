import { PassThrough } from 'node:stream';
import stringWidth from 'string-width';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createObjectStore, type DeletionProgress } from '@store/core';
import { memoryDriver } from '@store/memory';
import { canAsk, confirm } from '#src/confirm.js';
import { formatDuration } from '#src/format.js';
import { Output } from '#src/output.js';
import { fitted } from '#src/fitted-line.js';
import { lineText } from '#src/line.js';
import { previewText, type Preview } from '#src/preview.js';
import { countLine, deletionLine } from '#src/progress.js';

const HALFWAY: Omit<DeletionProgress, 'elapsedMs'> = {
  phase: 'deleting',
  listed: 600,
  matched: 600,
  deleted: 490,
  failed: 10,
  skipped: 0,
  bytes: 2048,
  throttled: 3,
};

function tty({ columns = 200, rows = 50 } = {}): PassThrough & { isTTY: boolean; columns: number } {
  return Object.assign(new PassThrough(), { isTTY: true, columns, rows });
}

/** What has been written so far, without the codes that erase. */
function written(stream: PassThrough): string {
  return String(stream.read() ?? '').replaceAll('\u001B[J', '');
}

const TOLD = { quiet: false, waiting: () => undefined };

describe('on a terminal', () => {
  it('takes only y or yes for yes, and the end of input for no', async () => {
    const answers = { y: true, YES: true, n: false, '': false, yep: false };
    for (const [answer, expected] of Object.entries(answers)) {
      const terminal = { stdin: tty(), stderr: tty() };
      const asked = confirm('Delete them?', terminal, new AbortController().signal);
      terminal.stdin.write(`${answer}\n`);
      expect(await asked, answer).to.equal(expected);
      expect(String(terminal.stderr.read())).to.contain('Delete them? [y/N]');
    }
    const terminal = { stdin: tty(), stderr: tty() };
    const asked = confirm('Delete them?', terminal, new AbortController().signal);
    terminal.stdin.end();
    expect(await asked).to.equal(false);
  });

  it('asks only where both ends are a terminal', () => {
    const pipe = new PassThrough();
    expect(canAsk({ stdin: tty(), stderr: tty() })).to.equal(true);
    expect(canAsk({ stdin: pipe, stderr: tty() })).to.equal(false);
    expect(canAsk({ stdin: tty(), stderr: pipe })).to.equal(false);
  });

  it('shows a bar and the time left when the total is known', () => {
    const line = lineText(deletionLine(HALFWAY, 10_000, { count: 1000 }));
    expect(line).to.match(/^█{12}░{12} 50 %/);
    for (const part of [
      '490/1,000 deleted',
      '49 keys/s',
      '2 KiB',
      '10 failed',
      '3 throttled',
      '10.0 s',
      'ETA 10.0 s',
    ])
      expect(line).to.contain(part);
  });

  it('shows counters and no bar when the total is not known', () => {
    const line = lineText(deletionLine(HALFWAY, 10_000));
    expect(line).to.match(/^490 deleted · 49 keys\/s/);
    expect(line).not.to.contain('ETA');
  });

  it('says that a total is an estimate, and says none when there is more', () => {
    const line = lineText(deletionLine(HALFWAY, 10_000, { count: 1000, about: true }));
    expect(line).to.contain('490/~1,000 deleted').and.contain('ETA 10.0 s');
    expect(lineText(deletionLine(HALFWAY, 10_000, { count: 300, about: true }))).to.match(/^490 deleted · /);
  });

  it('draws one line on a terminal, whatever size that says, and leaves the last one', async () => {
    for (const size of [{}, { rows: 0 }, { columns: 0 }, { columns: 0, rows: 0 }]) {
      const screen = tty(size);
      const output = new Output(new PassThrough(), screen);
      await output.prepare(TOLD);
      const shown = output.show(() => deletionLine(HALFWAY, 10_000, { count: 1000 }));
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(written(screen)).to.contain('490/1,000').and.not.contain('\n');
      shown.end();
      expect(written(screen)).to.match(/490\/1,000.*\n$/);
      await output.end(0);
    }
  });

  it('makes room for what is said meanwhile', async () => {
    const screen = tty();
    const output = new Output(new PassThrough(), screen);
    await output.prepare(TOLD);
    using _shown = output.show(() => [{ text: 'far' }]);
    await new Promise((resolve) => setTimeout(resolve, 250));
    output.note('said');
    expect(String(screen.read()).endsWith('\r\u001B[Jsaid\n')).to.equal(true);
    await output.end(0);
  });

  it('has the colours that the environment permits', () => {
    const line = deletionLine(HALFWAY, 10_000);
    const before = { NO_COLOR: process.env['NO_COLOR'], FORCE_COLOR: process.env['FORCE_COLOR'] };
    try {
      delete process.env['NO_COLOR'];
      process.env['FORCE_COLOR'] = '1';
      expect(fitted(line, 200).text).to.contain('\u001B[31m10 failed').and.contain('\u001B[33m3 throttled');
      delete process.env['FORCE_COLOR'];
      process.env['NO_COLOR'] = '1';
      expect(fitted(line, 200).text).to.equal(lineText(line));
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  it('says of a count that has found nothing yet that nobody knows how much there is', () => {
    const found: Preview = {
      matched: 0,
      stuck: 0,
      uploads: 0,
      leftOut: {},
      bytes: 0,
      sample: [],
      complete: false,
      versions: false,
      onlyHides: false,
    };
    const store = createObjectStore(memoryDriver({}));
    const [line, ...others] = previewText({ store, key: 'p/', address: 'demo:p/' }, found);
    expect(line).to.match(/^nothing under "p\/" in demo:p\/ \(memory\) was counted yet: /);
    expect(others).to.deep.equal([]);
  });

  it('writes a line every ten seconds where there is no terminal', async () => {
    const pipe = new PassThrough();
    const output = new Output(new PassThrough(), pipe);
    await output.prepare(TOLD);
    using _shown = output.show(() => deletionLine(HALFWAY, 10_000, { count: 1000 }));
    await new Promise((resolve) => setTimeout(resolve, 10_500));
    expect(String(pipe.read()).trimEnd().split('\n')).to.deep.equal([
      lineText(deletionLine(HALFWAY, 10_000, { count: 1000 })),
    ]);
    await output.end(0);
  }).timeout(30_000);

  it('shows nothing when it is to be quiet', async () => {
    const screen = tty();
    const output = new Output(new PassThrough(), screen);
    await output.prepare({ ...TOLD, quiet: true });
    using _shown = output.show(() => [{ text: 'far' }]);
    output.info('by the way');
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(screen.read()).to.equal(null);
  });

  it('never makes a line longer than there is room, however wide its characters are', () => {
    const total = { count: 123_456_789_012, about: true };
    const lines = [
      deletionLine(
        { ...HALFWAY, deleted: 98_765_432_101, failed: 12_345_678, throttled: 987_654 },
        4e8,
        total,
      ),
      countLine('counted', { count: 12_345, bytes: 1e12 }, 12_345, 'uploads:日本語/'.repeat(40)),
      countLine('counted', { count: 1 }, 1, `uploads:${'👩‍👩‍👧‍👦'.repeat(90)}`),
    ];
    for (const line of lines) {
      for (let columns = 1; columns <= 140; columns++) {
        const { text, width } = fitted(line, columns);
        expect(width).to.be.at.most(columns);
        expect(stringWidth(text)).to.equal(width);
      }
    }
    // What is told of failures stays longest.
    expect(fitted(deletionLine(HALFWAY, 10_000, { count: 1000 }), 60).text).to.contain('10 failed');
  });

  it('writes durations in units that fit', () => {
    expect([850, 2500, 185_000, 7_620_000].map(formatDuration)).to.deep.equal([
      '850 ms',
      '2.5 s',
      '3 min 05 s',
      '2 h 07 min',
    ]);
  });
});
