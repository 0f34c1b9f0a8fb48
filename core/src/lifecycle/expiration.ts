import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { checkPrefix } from '../deletion/safety.js';
import type { LifecycleFacet } from '../driver.js';
import type { Engine } from '../engine/engine.js';
import { StoreError } from '../errors.js';
import { assertPrefix } from '../keys.js';
import { quoteKey } from '../quote-key.js';
import { objectPages } from '../listing/object-pages.js';
import type { ExpirationRule, Lifecycle, LifecycleRule, LifecycleUpdate } from './rules.js';

/** Objects that a status counts before it says "more". */
const DEFAULT_COUNT_LIMIT = 100_000;

const DAY_MS = 86_400_000;

export interface ExpireOptions {
  /** Days after which objects go, from when each was written. Default 1, the least there is. */
  readonly days?: number | undefined;
  /** In versioned buckets: days after which versions go, from when each ceased to be current. Default: they stay. */
  readonly noncurrentDays?: number | undefined;
  /** Days after which incomplete uploads go. Default: they stay. */
  readonly uploadsDays?: number | undefined;
  /** Remove delete markers of keys without any version. Default false. */
  readonly expiredMarkers?: boolean | undefined;
  /** Only objects with this tag. */
  readonly tag?: { readonly name: string; readonly value: string } | undefined;
  /** Allow a prefix that does not end in `/`. */
  readonly partialName?: boolean | undefined;
  /** Allow the empty prefix: everything in the bucket. */
  readonly entireStore?: boolean | undefined;
  /** Say what would be written, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExpirationOptions {
  /** Objects to count before the answer is "more". Default 100 000. */
  readonly countLimit?: number | undefined;
  /** Take the rule away when nothing is left under the prefix. Default false. */
  readonly removeWhenEmpty?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where an expiration is. */
export interface ExpirationReport {
  readonly prefix: string;
  readonly provider: string;
  readonly ruleIds: readonly string[];
  /**
   * `planned`: a dry run. `added`: written, and read again. `present`: it was there. `absent`: it is not there.
   * `removed`: nothing was left, so it was taken away.
   */
  readonly state: 'planned' | 'added' | 'present' | 'absent' | 'removed';
  /** How many rules of others there are; they are as they were. */
  readonly otherRules: number;
  /** When the provider begins, at the earliest; ISO 8601, UTC. It works through the bucket in its own time. */
  readonly actsFrom?: string | undefined;
  /** What is still there, with a status. `more`: counting stopped at its limit. */
  readonly remaining?: { readonly count: number; readonly more: boolean } | undefined;
  readonly warnings: readonly string[];
}

/** What the names of our rules end with, beside those about all current objects. */
const MARKERS = '-markers';
const TAGGED = '-tagged';

/** `ObjectStore.expirePrefix`: read, merge, write, and read again. */
export async function expirePrefix(
  engine: Engine,
  prefix: string,
  options: ExpireOptions,
): Promise<ExpirationReport> {
  checkPrefix(prefix, options, 'expirePrefix');
  const rules = ownRules(prefix, options);
  const before = await getLifecycle(engine, options.signal);
  const kept = before.rules.filter(({ id }) => !isOwn(id, prefix));
  checkRoom(engine, prefix, kept, rules);
  const { days = 1 } = options;
  const report = {
    prefix,
    provider: engine.provider,
    ruleIds: rules.map(({ id }) => id),
    otherRules: kept.length,
    actsFrom: nextMidnight(engine.clock.now() + days * DAY_MS),
    warnings: [
      `the rule acts on every object under ${quoteKey(prefix)}${options.tag ? ' with the tag' : ''}, also on those that ` +
        'are written from now on, until it is taken away',
    ],
  };
  if (options.dryRun) return { ...report, state: 'planned' };
  await replace(engine, before, { kept, added: rules, extra: before.extra }, options.signal);
  return { ...report, state: 'added' };
}

/** `ObjectStore.expiration`: whether the rule is there, and how much is left. */
export async function expiration(
  engine: Engine,
  prefix: string,
  options: ExpirationOptions,
): Promise<ExpirationReport> {
  assertPrefix(prefix, 'expiration');
  const before = await getLifecycle(engine, options.signal);
  const own = before.rules.filter(({ id }) => isOwn(id, prefix));
  const remaining = await count(engine, prefix, options);
  const report = {
    prefix,
    provider: engine.provider,
    ruleIds: own.map(({ id }) => id),
    otherRules: before.rules.length - own.length,
    remaining,
    warnings: [
      ...(own.some(({ enabled }) => !enabled) ? ['the rule is disabled: it does nothing'] : []),
      ...(own.some(({ id }) => id.endsWith(TAGGED))
        ? ['the rule is about objects with its tag: others under the prefix stay, and are counted here']
        : []),
    ],
  };
  if (own.length === 0) return { ...report, state: 'absent' };
  if (!options.removeWhenEmpty || remaining.count > 0) return { ...report, state: 'present' };
  await remove(engine, before, prefix, options.signal);
  return { ...report, state: 'removed' };
}

/** `ObjectStore.cancelExpiration`. @returns whether there was a rule */
export async function cancelExpiration(
  engine: Engine,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  assertPrefix(prefix, 'cancelExpiration');
  const before = await getLifecycle(engine, signal);
  if (!before.rules.some(({ id }) => isOwn(id, prefix))) return false;
  await remove(engine, before, prefix, signal);
  return true;
}

function ruleId(prefix: string): string {
  return `store-expire-${createHash('sha256').update(prefix).digest('hex').slice(0, 24)}`;
}

function isOwn(id: string, prefix: string): boolean {
  return [ruleId(prefix), `${ruleId(prefix)}${MARKERS}`, `${ruleId(prefix)}${TAGGED}`].includes(id);
}

function ownRules(prefix: string, options: ExpireOptions): ExpirationRule[] {
  const { days = 1, noncurrentDays, uploadsDays, expiredMarkers, tag } = options;
  if (tag && (noncurrentDays ?? uploadsDays ?? expiredMarkers) !== undefined) {
    const message = 'a tag is of current objects: it does not go with versions, uploads or delete markers';
    throw new StoreError('InvalidArgument', message, { operation: 'expirePrefix' });
  }
  for (const [name, value] of Object.entries({ days, noncurrentDays, uploadsDays })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new StoreError('InvalidArgument', `${name} is a whole number of days above 0, not ${value}`, {
      operation: 'expirePrefix',
    });
  }
  const id = `${ruleId(prefix)}${tag ? TAGGED : ''}`;
  const rule = { id, prefix, tag, days, noncurrentDays, uploadsDays };
  // No provider takes days and markers in one rule.
  return expiredMarkers ? [rule, { id: `${id}${MARKERS}`, prefix, expiredMarkers }] : [rule];
}

/** Refuses what the provider would refuse, with the rule that is in the way. */
function checkRoom(
  { driver, provider }: Engine,
  prefix: string,
  kept: readonly LifecycleRule[],
  rules: readonly ExpirationRule[],
): void {
  const { lifecycle } = driver;
  if (!lifecycle) return;
  const details = { provider, operation: 'expirePrefix' };
  if (kept.length + rules.length > lifecycle.maxRules) {
    const message = `the bucket has ${kept.length} rules, and may have ${lifecycle.maxRules}`;
    throw new StoreError('Conflict', message, { ...details, retryable: false });
  }
  if (lifecycle.overlap) return;
  const other = kept.find(
    (rule) =>
      rule.enabled && rule.expires && (rule.prefix.startsWith(prefix) || prefix.startsWith(rule.prefix)),
  );
  if (!other) return;
  const message =
    `the provider takes no two rules that expire the same keys: ${JSON.stringify(other.id)} is about ` +
    quoteKey(other.prefix);
  throw new StoreError('Conflict', message, { ...details, retryable: false });
}

async function remove(
  engine: Engine,
  before: Lifecycle,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const kept = before.rules.filter(({ id }) => !isOwn(id, prefix));
  await replace(engine, before, { kept, added: [], extra: before.extra }, signal);
}

/** Writes, and reads again: there is no condition on this write, so others may write at the same time. */
async function replace(
  engine: Engine,
  before: Lifecycle,
  update: LifecycleUpdate,
  signal: AbortSignal | undefined,
): Promise<void> {
  const purpose = { operation: 'expirePrefix', signal };
  await engine.request(purpose, (call) => rulesOf(engine).put(update, call));
  const after = await getLifecycle(engine, signal);
  const problems = differences(update, after);
  if (problems.length === 0) return;
  throw new StoreError(
    'Conflict',
    `the rules of the bucket are not what was written (${problems.join('; ')}): somebody else writes them too, or the ` +
      `provider changed them. Before, they were ${before.rules.length}; look at them`,
    { provider: engine.provider, operation: 'expirePrefix', retryable: false },
  );
}

/** How the rules that are there differ from those that were written. Rules of others may have no id, or share one. */
function differences({ kept, added, extra }: LifecycleUpdate, after: Lifecycle): string[] {
  const left = [...after.rules];
  const take = (matches: (rule: LifecycleRule) => boolean): boolean => {
    const i = left.findIndex(matches);
    if (i >= 0) left.splice(i, 1);
    return i >= 0;
  };
  const missing = [
    ...kept.filter(({ id, raw }) => !take((rule) => rule.id === id && isDeepStrictEqual(rule.raw, raw))),
    ...added.filter(({ id }) => !take((rule) => rule.id === id)),
  ];
  const said = missing.map(({ id }) =>
    take((rule) => rule.id === id)
      ? `${JSON.stringify(id)} is not as it was`
      : `${JSON.stringify(id)} is missing`,
  );
  // Without any rule there may be no configuration, and nothing beside the rules.
  const besides = after.rules.length === 0 || isDeepStrictEqual(after.extra, extra ?? after.extra);
  return [
    ...said,
    ...left.map(({ id }) => `${JSON.stringify(id)} is there, and should not be`),
    ...(besides ? [] : ['what stands beside the rules is not as it was']),
  ];
}

async function getLifecycle(engine: Engine, signal: AbortSignal | undefined): Promise<Lifecycle> {
  const { get } = rulesOf(engine);
  return engine.request({ operation: 'expirePrefix', signal }, get);
}

async function count(
  engine: Engine,
  prefix: string,
  { countLimit = DEFAULT_COUNT_LIMIT, signal }: ExpirationOptions,
): Promise<{ count: number; more: boolean }> {
  let found = 0;
  for await (const { objects, unnameable = [] } of objectPages(
    engine,
    { prefix },
    { operation: 'list', signal },
  )) {
    found += objects.length + unnameable.length;
    if (found > countLimit) return { count: countLimit, more: true };
  }
  return { count: found, more: false };
}

/** Providers work by days of UTC, and round up. */
function nextMidnight(time: number): string {
  return new Date(Math.ceil(time / DAY_MS) * DAY_MS).toISOString();
}

function rulesOf({ driver, provider }: Engine): LifecycleFacet {
  if (driver.lifecycle) return driver.lifecycle;
  const message = `this ${provider} store has no lifecycle rules; use deletePrefix`;
  throw new StoreError('Unsupported', message, { provider, operation: 'expirePrefix' });
}
