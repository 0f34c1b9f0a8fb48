import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DeletionProgress } from '@store/core';
import { canAsk, confirm } from '#src/confirm.js';
import { formatDuration } from '#src/format.js';
import { Output } from '#src/output.js';
import { progressLine, progressView } from '#src/progress.js';

const HALFWAY: DeletionProgress = {
  phase: 'deleting',
  listed: 600,
  matched: 600,
  deleted: 490,
  failed: 10,
  skipped: 0,
  bytes: 2048,
  throttled: 3,
  elapsedMs: 10_000,
};

function tty(): PassThrough & { isTTY: boolean } {
  return Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 50 });
}

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
    const line = progressLine(HALFWAY, 1000);
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
    const line = progressLine(HALFWAY, undefined);
    expect(line).to.match(/^490 deleted · 49 keys\/s/);
    expect(line).not.to.contain('ETA');
  });

  it('redraws one line on a terminal and writes few lines elsewhere', async () => {
    const screen = tty();
    const onScreen = new Output(new PassThrough(), screen);
    await onScreen.prepareStatus();
    progressView(onScreen, 1000)(HALFWAY);
    onScreen.endStatus();
    expect(String(screen.read())).to.contain('490/1,000');

    const pipe = new PassThrough();
    const view = progressView(new Output(new PassThrough(), pipe), 1000);
    for (let elapsedMs = 0; elapsedMs <= 12_000; elapsedMs += 100) view({ ...HALFWAY, elapsedMs });
    expect(String(pipe.read()).trimEnd().split('\n')).to.have.length(2);
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
