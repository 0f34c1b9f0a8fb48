import type { DeletePrefixOptions } from '@store/core';
import { expect } from 'chai';
import type { Entry } from './bucket-model.js';
import type { Expectation } from './deletion-oracle.js';
import { lines, type ObservedRun } from './observed-run.js';

/** Holds what was seen of a run against what the oracle says. @throws AssertionError */
export function checkRun(
  run: ObservedRun,
  expected: Expectation,
  about: {
    readonly prefix: string;
    readonly options: DeletePrefixOptions;
    readonly before: readonly Entry[];
    readonly tellsMarkers: boolean;
  },
): void {
  const { options, before } = about;
  const dryRun = options.dryRun ?? false;
  const byServer = options.strategy === 'server-prefix';
  expect(run.after, `what is there afterwards, by ${JSON.stringify(run.report)}`).to.deep.equal(
    lines(expected.after.all(), before),
  );
  checkUploads(run, expected, dryRun);
  checkCallbacks(run, expected, options);
  checkBooks(run, expected, { dryRun, byServer });
  const { report, progress } = run;
  expect(report).to.include({
    prefix: about.prefix,
    dryRun,
    aborted: false,
    versions: options.versions ?? 'current',
    maxDeleteReached: expected.limited,
    blocked: 0,
  });
  if (!dryRun && options.strategy !== undefined) expect(report.strategy).to.equal(options.strategy);
  if (dryRun || about.tellsMarkers)
    expect(report.deleteMarkersCreated, 'markers created').to.equal(dryRun ? 0 : expected.markersCreated);
  const { listed, matched, deleted, failed, skipped, bytes } = report;
  expect(progress, 'the last progress').to.deep.include({ listed, matched, deleted, failed, skipped, bytes });
  if (options.verify && !dryRun)
    expect(report.remaining?.count === 0, 'nothing remains').to.equal(nothingLeft(expected));
  else expect(report.remaining, 'what remains').to.equal(null);
}

function checkCallbacks(
  run: ObservedRun,
  expected: Expectation,
  { strategy, versions = 'current', dryRun }: DeletePrefixOptions,
): void {
  // Current objects are deleted by their keys; markers, in a second pass, by their ids.
  const nameOf = ({ key, id, marker }: Entry): string =>
    versions === 'current' && !marker ? `${key}@` : `${key}@${id}`;
  const names = (entries: readonly Entry[]): string[] => entries.map(nameOf);
  // A run may list many ranges of keys side by side; a dry run names them in order.
  const inOrder = (all: readonly string[]): readonly string[] => (dryRun ? all : all.toSorted());
  if (strategy !== 'server-prefix')
    expect(inOrder(run.matched), 'onMatch').to.deep.equal(inOrder(names(expected.sent)));
  expect(run.deleted.toSorted(), 'onDeleted').to.deep.equal(names(expected.deleted).toSorted());
  expect(run.failed.toSorted(), 'onFailure').to.deep.equal(names(expected.failed).toSorted());
  if (dryRun) expect([...run.deleted, ...run.failed]).to.deep.equal([]);
}

function checkBooks(
  { report }: ObservedRun,
  { sent, deleted, failed, limited, ...full }: Expectation,
  { dryRun, byServer }: { readonly dryRun: boolean; readonly byServer: boolean },
): void {
  expect(report.listed, 'listed = matched + filtered').to.equal(report.matched + report.filtered);
  expect(report.matched, 'matched = deleted + failed + skipped').to.equal(
    report.deleted + report.failed + report.skipped,
  );
  const meant = dryRun ? sent : deleted;
  expect(report).to.include({
    deleted: deleted.length,
    failed: failed.length,
    bytes: meant.reduce((sum, { size }) => sum + size, 0),
  });
  if (byServer && !dryRun) {
    expect(report).to.include({ listed: sent.length, matched: sent.length, skipped: 0 });
  } else if (limited) {
    expect(report.listed, 'listed').to.be.at.most(full.listed);
    expect(report.matched, 'matched').to.be.within(sent.length + 1, full.matched);
  } else {
    expect(report).to.include({
      listed: full.listed,
      matched: full.matched,
      skipped: dryRun ? full.matched : 0,
    });
  }
  const refused = failed.length === 0 ? {} : { AccessDenied: failed.length };
  expect(report.failures.byCode, 'failures by code').to.deep.equal(refused);
  expect(report.failures.sample).to.have.length(failed.length);
  const nothing = full.matched === 0 && (full.uploads ?? []).length === 0;
  const whole = dryRun ? nothing : failed.length === 0 && !limited;
  expect(report.complete, 'complete').to.equal(whole);
}

function checkUploads({ report, uploads }: ObservedRun, expected: Expectation, dryRun: boolean): void {
  const meant = expected.uploads?.length ?? 0;
  const books = { listed: meant, aborted: dryRun ? 0 : meant, failed: 0, sample: [] };
  expect(report.uploads, 'uploads').to.deep.equal(expected.uploads === undefined ? null : books);
  const left = expected.after.uploads.map(({ id }) => id);
  expect(uploads.map(({ id }) => id).toSorted(), 'uploads afterwards').to.deep.equal(left.toSorted());
}

function nothingLeft({ failed, limited }: Expectation): boolean {
  return failed.length === 0 && !limited;
}
