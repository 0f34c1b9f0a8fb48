import type {
  EarlyDeletion,
  PrefixEstimate,
  Published,
  RequestPrices,
  ServiceTerms,
  StrategyPlan,
} from '@store/planning';
import { formatBytes, formatCost, formatCount, formatDuration, formatObjects } from './format.js';

/** What `store plan` found out. */
export interface Plan {
  readonly address: string;
  readonly estimate: PrefixEstimate;
  readonly strategies: readonly StrategyPlan[];
  readonly earlyDeletions: readonly EarlyDeletion[];
  readonly terms: ServiceTerms;
}

/** A plan in lines of text. */
export function* planText({ estimate, strategies, earlyDeletions, terms }: Plan): Generator<string> {
  yield estimateLine(estimate);
  for (const plan of strategies) yield strategyLine(plan);
  for (const early of earlyDeletions) yield earlyDeletionLine(early);
  for (const line of sourceLines(terms)) yield line;
}

/** How much there is, and how sure that is. */
export function estimateLine({ objects, bytes, exact, range, listed, requests }: PrefixEstimate): string {
  const from = `from ${formatCount(requests)} list request${requests === 1 ? '' : 's'}`;
  if (exact) return `${formatObjects(objects)}, ${formatBytes(bytes)}, all listed, ${from}`;
  if (!range) {
    const perhaps = `perhaps ${formatCount(objects)} (the figures below reckon with that), which is not sure at all`;
    return `at least ${formatObjects(listed)}; ${perhaps}, ${from}`;
  }
  const between = `${formatCount(range.low)} to ${formatCount(range.high)}`;
  return `about ${formatObjects(objects)} (${between}), ${formatBytes(bytes)}, ${from}`;
}

function strategyLine({
  strategy,
  requests,
  atLeastMs,
  atPublishedRateMs,
  cost,
  notes,
}: StrategyPlan): string {
  return [
    strategy,
    `${formatCount(requests)} request${requests === 1 ? '' : 's'}`,
    ...(atLeastMs === undefined ? [] : [`at least ${formatDuration(atLeastMs)}`]),
    ...(atPublishedRateMs === undefined
      ? []
      : [`${formatDuration(atPublishedRateMs)} at the published rate`]),
    ...(cost ? [formatCost(cost)] : []),
    ...notes,
  ].join(' · ');
}

/** What is paid for although it is gone. */
export function earlyDeletionLine({ storageClass, objects, bytes, minimumDays }: EarlyDeletion): string {
  const what = `about ${formatObjects(objects)} of ${storageClass} (${formatBytes(bytes)})`;
  return `${what} are younger than ${minimumDays} days, and paid for until then`;
}

/** Where prices, rates and durations are from. */
export function* sourceLines({ prices, rate, minimumDurations }: ServiceTerms): Generator<string> {
  if (prices) yield `prices: ${pricesOf(prices)}; ${published(prices)}`;
  if (rate) {
    const { keysPerSecond, requestsPerSecond, scope } = rate;
    const pace =
      keysPerSecond === undefined
        ? `${formatCount(requestsPerSecond ?? 0)} requests/s`
        : `${formatCount(keysPerSecond)} keys/s`;
    yield `published rate: ${pace} for ${scope}; ${published(rate)}`;
  }
  if (minimumDurations) yield `minimum durations: ${published(minimumDurations)}`;
}

function pricesOf({ region, currency, list, delete: deletes, expire }: RequestPrices): string {
  const of = (amount: number): string => formatCost({ amount, currency });
  return `${region}, per 1,000: list ${of(list)}, delete ${of(deletes)}, expired objects ${of(expire)}`;
}

function published({ source, date, unconfirmed }: Published): string {
  return `${source} (${date})${unconfirmed === undefined ? '' : `; not confirmed: ${unconfirmed}`}`;
}
