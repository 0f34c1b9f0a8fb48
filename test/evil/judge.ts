import { inspect } from 'node:util';
import { DeletionError, StoreError, type DeletionReport } from '@store/core';
import { PREFIX } from './bucket.js';
import type { EvilServer } from './evil-server.js';
import type { Misbehaviour } from './misbehaviour.js';
import { isKept, meantBy } from './oracle.js';
import type { Plan } from './plan.js';
import type { Outcome } from './run.js';
import { ATTEMPTS } from './targets.js';
import { byteKey, idOf, isText, type Target, type Truth } from './truth.js';

export interface Case {
  readonly plan: Plan;
  readonly outcome: Outcome;
  readonly server: EvilServer;
  readonly misbehaviours: readonly Misbehaviour[];
  /** What was there when the run began, and when it had ended. */
  readonly before: Truth;
  readonly after: Truth;
  readonly startedAt: number;
  /** Attempts are counted; else what passes is waited for, for a second. */
  readonly counted: boolean;
}

const MIB = 1024 * 1024;

/** What the buffers of two sockets hold beside what was read. */
const BUFFERS = 16 * MIB;

/** Most that is read of an answer, and of one that has no document. */
const LONGEST_ANSWER = 64 * MIB + BUFFERS;
const LONGEST_SHORT_ANSWER = MIB + BUFFERS;

/** What a failure says that has no reason but the server's, which may be any. */
const SAID_BY_SERVER = new Set(['it was refused', 'the service gives no reason']);

/** Words of JavaScript, and not of this library; the checks of JSON say what was received. */
const NOT_FOR_PEOPLE = /(?<!received )undefined|\[object/;

/** What is wrong with a run, by what is really in the bucket. Empty when nothing is. */
export function judge(one: Case): string[] {
  return [
    ...judgeServer(one),
    ...judgeError(one),
    ...judgeRequests(one),
    ...judgeDeleted(one),
    ...judgeReport(one),
    ...judgeListing(one),
    ...judgeMarkers(one),
    ...judgeEnd(one),
  ];
}

const shown = (targets: readonly Target[]): string =>
  targets
    .slice(0, 5)
    .map((target) => idOf(target))
    .join(', ');

function lying({ misbehaviours }: Case, what: string): boolean {
  return misbehaviours.some(({ mode }) => mode.lies === what);
}

function* judgeServer({ server, outcome, misbehaviours }: Case): Generator<string> {
  for (const fault of server.faults) yield `the suite is wrong: ${fault}`;
  if (outcome.endless) yield 'the run did not end';
  if (server.tooMany) yield 'the run sent requests without end';
  // What was given up may have left, and comes late on a busy machine.
  const gaveUp = misbehaviours.some(({ mode }) => mode.stalls);
  if (server.late > 0 && !gaveUp) yield `${server.late} requests came when the run was over`;
  if (server.astray > 0) yield `${server.astray} requests followed a redirect`;
  if (server.longestAnswer > LONGEST_ANSWER) yield `${server.longestAnswer} bytes of an answer were taken`;
  if (server.longestShortAnswer > LONGEST_SHORT_ANSWER)
    yield `${server.longestShortAnswer} bytes of an answer without a document were taken`;
  const declared = misbehaviours.length > 1 || misbehaviours.some(({ mode }) => mode.lies === 'gone');
  if (server.claimed.size > 0 && !declared)
    yield `the suite is wrong: the mode lies about ${[...server.claimed].join(', ')}`;
}

function* judgeError({ plan, outcome: { error } }: Case): Generator<string> {
  if (error === undefined) return;
  if (!(error instanceof StoreError)) {
    yield `it threw what is no StoreError: ${inspect(error)}`;
    return;
  }
  const { code, message, stack } = error;
  if (code === 'Internal') yield `it failed with Internal: ${stack}\ncaused by ${causeOf(error)}`;
  if (NOT_FOR_PEOPLE.test(message)) yield `an error says ${JSON.stringify(message)}`;
  const isRun = plan.call === 'deletePrefix' || plan.call === 'deleteMany';
  if (isRun && !(error instanceof DeletionError))
    yield `it was refused, or has no report: ${code}: ${message}`;
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error ? `${cause.stack} ${causeOf(cause)}` : inspect(cause);
}

/** Nothing is sent to be deleted that is not meant. */
function* judgeRequests(one: Case): Generator<string> {
  const { plan, server, before, startedAt, outcome } = one;
  const { asked, prefixDeletes } = server;
  const outside = asked.filter(({ key }) => !key.startsWith(byteKey(PREFIX)));
  if (outside.length > 0) yield `deletes outside the prefix: ${shown(outside)}`;
  switch (plan.call) {
    case 'list':
    case 'listVersions':
      if (asked.length + prefixDeletes > 0) yield `a listing deletes ${shown(asked)}`;
      return;
    case 'delete':
    case 'deleteMany': {
      const named = new Set(outcome.targets.map(idOf));
      const others = asked.filter((target) => !named.has(idOf(target)));
      if (others.length > 0) yield `deletes of what was not named: ${shown(others)}`;
      return;
    }
    case 'deletePrefix': {
      const { dryRun, strategy, versions, exclude } = plan.options;
      if (dryRun && asked.length + prefixDeletes > 0) yield `a dry run deletes ${shown(asked)}`;
      if (prefixDeletes > 0 && strategy !== 'server-prefix') yield 'a delete by prefix that nobody asked for';
      // Of what is the latest, the server may have convinced it of anything.
      const options =
        lying(one, 'order') && versions === 'noncurrent'
          ? { ...plan.options, versions: 'all' as const }
          : plan.options;
      const { objects, markers } = meantBy(before, options, startedAt);
      const meant = new Set([...objects, ...markers].map(idOf));
      const others = asked.filter(
        (target) =>
          !meant.has(idOf(target)) &&
          !(server.invented.has(target.key) && !(exclude !== undefined && isKept(target.key))),
      );
      if (others.length > 0) yield `deletes of what is not meant: ${shown(others)}`;
      const bare = asked.filter(({ versionId }) => versionId === undefined);
      if ((versions ?? 'current') !== 'current' && bare.length > 0)
        yield `deletes without their version: ${shown(bare)}`;
    }
  }
}

/** What is said to be deleted is gone. */
function* judgeDeleted({ outcome, server, after }: Case): Generator<string> {
  const there = outcome.deleted.filter(
    (target) => after.isThere(target) && !server.claimed.has(idOf(target)),
  );
  if (there.length > 0) yield `said to be deleted, and there: ${shown(there)}`;
}

function* judgeReport(one: Case): Generator<string> {
  const { outcome, plan } = one;
  const { report, error, deleted, failures } = outcome;
  if (!report) return;
  yield* judgeBooks(report);
  if (report.deleted !== deleted.length)
    yield `onDeleted was called ${deleted.length} times, not ${report.deleted}`;
  if (report.failed + report.blocked !== failures.length)
    yield `onFailure was called ${failures.length} times, not ${report.failed + report.blocked}`;
  for (const { code, message, providerCode } of failures) {
    if (code === 'Internal' && providerCode === undefined && !SAID_BY_SERVER.has(message))
      yield `a key failed with Internal: ${message}`;
    if (NOT_FOR_PEOPLE.test(message)) yield `a failure says ${JSON.stringify(message)}`;
  }
  if (error !== undefined && report.complete) yield 'a run that was broken off is complete';
  if (report.complete && plan.call === 'deletePrefix') yield* judgeComplete(one, plan.options);
}

function* judgeBooks({
  listed,
  matched,
  filtered,
  deleted,
  failed,
  skipped,
  bytes,
}: DeletionReport): Generator<string> {
  const counts = { listed, matched, filtered, deleted, failed, skipped, bytes };
  for (const [name, count] of Object.entries(counts))
    if (!Number.isSafeInteger(count) || count < 0) yield `the report has ${count} for ${name}`;
  if (listed !== matched + filtered || matched !== deleted + failed + skipped)
    yield `the books are not closed: ${JSON.stringify(counts)}`;
}

/** Of what is meant, nothing is left. */
function* judgeComplete(
  one: Case,
  options: Extract<Plan, { readonly call: 'deletePrefix' }>['options'],
): Generator<string> {
  const { before, after, startedAt, server } = one;
  const { verify, versions, deleteMarkers = 'all', exclude, minSize, olderThan } = options;
  if (lying(one, 'order') && versions === 'noncurrent') return;
  if (lying(one, 'hides') || (lying(one, 'keys') && !verify)) return;
  const { objects, markers } = meantBy(before, options, startedAt);
  const unfiltered = exclude === undefined && minSize === undefined && olderThan === undefined;
  // A marker stays where it hides what was not deleted.
  const bare = markers.filter(({ key }) => after.history(key).every(({ marker }) => marker));
  const meant = versions === 'all' && deleteMarkers === 'all' && unfiltered ? [...objects, ...bare] : objects;
  const left = meant.filter(
    (target) => after.isThere(target) && (verify || !server.claimed.has(idOf(target))),
  );
  if (left.length > 0) yield `complete${verify ? ' and verified' : ''}, and left: ${shown(left)}`;
}

/** A listing that ends has all that is there, and nothing else. */
function* judgeListing(one: Case): Generator<string> {
  const { plan, outcome, before } = one;
  if (plan.call !== 'list' && plan.call !== 'listVersions') return;
  const { listed, error, unnameable } = outcome;
  const outside = listed.filter(({ key }) => !key.startsWith(PREFIX));
  if (outside.length > 0) yield `listed outside the prefix: ${JSON.stringify(outside[0])}`;
  if (lying(one, 'keys') || lying(one, 'hides')) return;
  const versions = plan.call === 'listVersions';
  const there = before
    .keys(byteKey(PREFIX))
    .flatMap((key) =>
      versions
        ? before.history(key).map((version) => ({ key, versionId: version.id, version }))
        : [before.current(key)].flatMap((version) => (version ? [{ key, version }] : [])),
    );
  const facts = new Map(there.map((entry) => [idOf(entry), entry]));
  const found = new Set<string>();
  for (const { key, versionId, size, lastModified } of listed) {
    const id = idOf({ key: byteKey(key), versionId: versions ? versionId : undefined });
    const fact = facts.get(id);
    if (!fact) {
      yield `listed, and not there: ${id}`;
      continue;
    }
    found.add(id);
    const { version } = fact;
    if (size !== undefined && size !== version.size)
      yield `listed with ${size} bytes, not ${version.size}: ${id}`;
    if (lastModified !== undefined && lastModified.getTime() !== version.modified)
      yield `listed with the time ${lastModified.toISOString()}: ${id}`;
  }
  if (error !== undefined) return;
  const missing = there.filter((entry) => isText(entry.key) && !found.has(idOf(entry)));
  // An entry that lacks what a request needs cannot be named either.
  const nameless = there.filter(({ key }) => !isText(key)).length;
  if (unnameable.length < nameless) yield 'ended, and what has no name was not told of';
  if (missing.length > unnameable.length - nameless) yield `ended, and not listed: ${shown(missing)}`;
}

/** What was deleted stays so: no marker goes from above a version. */
function* judgeMarkers(one: Case): Generator<string> {
  const { before, after } = one;
  if (lying(one, 'order') || lying(one, 'hides')) return;
  const back = after
    .keys('')
    .filter((key) => before.history(key)[0]?.marker === true && after.current(key) !== undefined);
  if (back.length > 0) yield `deleted objects came back: ${shown(back.map((key) => ({ key })))}`;
}

/** A run gets over what passes. */
function* judgeEnd({ misbehaviours, counted, outcome: { report, error }, plan }: Case): Generator<string> {
  const turns = misbehaviours.reduce((sum, { schedule: { first = Infinity } }) => sum + first, 0);
  const inAttempts = turns < ATTEMPTS && misbehaviours.every(({ mode }) => mode.passes !== undefined);
  const inTime = !counted && misbehaviours.every(({ mode }) => mode.passes === 'in time');
  if (!inAttempts && !inTime) return;
  if (error !== undefined) yield `it does not get over what passes: ${inspect(error)}`;
  const limited =
    plan.call === 'deletePrefix' && (plan.options.dryRun || plan.options.maxDelete !== undefined);
  if (report && !report.complete && !limited)
    yield `it does not get over what passes: ${JSON.stringify(report.failures)}`;
}
