import type { FleetReport } from '@store/fleet';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fleetLine, FleetProgress } from '#src/fleet/fleet-progress.js';
import { lineText } from '#src/line.js';

function reportAt(listed: number, state: FleetReport['state'] = 'running'): FleetReport {
  const requests = { list: 1, delete: 1, retried: 0, throttled: 3 };
  const counts = {
    listed,
    filtered: 100,
    matched: listed - 100,
    deleted: listed - 110,
    failed: 4,
    blocked: 6,
  };
  const row = {
    ...counts,
    address: 'demo:p/',
    prefix: 'p/',
    bytes: 2048,
    deleteMarkersCreated: 0,
    requests,
    complete: false,
    ended: false,
    failures: { byCode: {}, sample: [] },
    errors: [],
    remaining: null,
    pieces: { open: 5, done: 1, split: 2, left: 0, broken: 0 },
    warnings: [],
  };
  const { address: _address, prefix: _prefix, pieces: _pieces, ...sums } = row;
  const run = { run: 'r', startedAt: '2026-01-01T00:00:00.000Z', elapsedMs: 60_000 };
  return { ...sums, ...run, state, rows: [row], workers: 3 };
}

describe('the progress of a fleet', () => {
  it('is told by what was done in the last seconds, whatever was before', () => {
    const progress = new FleetProgress();
    progress.estimated = 40_000;
    // Nobody was there for a minute.
    for (let second = 0; second <= 60; second++) progress.see(reportAt(0), second * 1000);
    for (let second = 61; second <= 80; second++) progress.see(reportAt((second - 60) * 1000), second * 1000);
    expect(progress.pace()).to.deep.equal({ keysPerSecond: 1000, estimated: 40_000, etaMs: 20_000 });
    const line = lineText(fleetLine(reportAt(20_000), progress.pace()));
    expect(line).to.match(/^█{12}░{12} 50 % · /);
    for (const part of [
      '19,890/~40,000 deleted',
      '1,000 keys/s',
      '2 KiB',
      '3 workers',
      '5 pieces',
      '10 failed',
      '3 throttled',
      '1 min 00 s',
      'ETA 20.0 s',
    ])
      expect(line.split(' · ')).to.include(part);
  });

  it('has no end where nobody knows it, or more is there than was estimated', () => {
    const progress = new FleetProgress();
    progress.see(reportAt(1000), 0);
    progress.see(reportAt(2000), 1000);
    expect(progress.pace()).to.deep.equal({ keysPerSecond: 1000, estimated: undefined, etaMs: undefined });
    progress.estimated = 1500;
    expect(lineText(fleetLine(reportAt(2000, 'paused'), progress.pace())))
      .to.match(/^paused · 1,890 deleted · 1,000 keys\/s · /)
      .and.not.contain('ETA');
  });
});
