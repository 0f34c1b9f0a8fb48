import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  assertPrefix,
  quoteKey,
  StoreError,
  type Abortable,
  type ExpirationRule,
  type Lifecycle,
  type LifecycleFacet,
  type LifecycleRule,
  type LifecycleUpdate,
  type ObjectStore,
} from '@store/core';
import { checkPrefix } from '@store/deletion/filters';
import { engineOf, type Engine } from '@store/engine';
import { objectPages } from '@store/engine/pages';
import type { Checked } from '@store/driver';
import {
  CANCEL_OPTIONS,
  EXPIRATION_OPTIONS,
  EXPIRE_OPTIONS,
  type ExpirationOptions,
  type ExpireOptions,
} from './options.js';

const DAY_MS = 86_400_000;

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

/**
 * Asks the provider to delete everything under a prefix by itself, with a lifecycle rule: for more objects than any
 * client should delete, and nobody has to wait. It acts after a day or more, on new objects too, until the rule is taken
 * away. Rules of others stay as they are; what was written is read again.
 *
 * @throws StoreError `Unsupported` without `capabilities.lifecycle`; `Conflict` when another rule is in the way, or
 * somebody else writes the rules at the same time; `InvalidArgument` as `deletePrefix`
 */
export async function expirePrefix(
  store: ObjectStore,
  prefix: string,
  given: ExpireOptions = {},
): Promise<ExpirationReport> {
  const engine = engineOf(store, 'expirePrefix');
  const options = EXPIRE_OPTIONS.check(given);
  checkPrefix(prefix, options, 'expirePrefix');
  const rules = ownRules(prefix, options);
  const before = await getLifecycle(engine, options.signal);
  const kept = before.rules.filter(({ id }) => !isOwn(id, prefix));
  checkRoom(engine, prefix, kept, rules);
  const { days } = options;
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

/** How far {@link expirePrefix} is: whether its rule is there, and how many objects are left. */
export async function expiration(
  store: ObjectStore,
  prefix: string,
  given: ExpirationOptions = {},
): Promise<ExpirationReport> {
  const engine = engineOf(store, 'expiration');
  const options = EXPIRATION_OPTIONS.check(given);
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

/** Takes the rule of {@link expirePrefix} away. Resolves to whether there was one. */
export async function cancelExpiration(
  store: ObjectStore,
  prefix: string,
  options: Abortable = {},
): Promise<boolean> {
  const engine = engineOf(store, 'cancelExpiration');
  const { signal } = CANCEL_OPTIONS.check(options);
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
  { countLimit, signal }: Checked<typeof EXPIRATION_OPTIONS>,
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
