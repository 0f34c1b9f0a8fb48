import { assertPrefix, type ObjectStore } from '@store/core';
import { defineOptions, optionTypes as types } from '@store/driver';
import { engineOf } from '@store/engine';
import { distributionOf, type Branching, type Distribution } from './distribution.js';
import { foundIn, type Level, type LevelEstimate } from './level.js';
import { ListedLevel } from './listed-level.js';
import { LEAST_DOUBT, SampledLevel } from './sampled-level.js';
import { Sampler, settled } from './sampler.js';
import { sumOf, Tally } from './tally.js';

export interface EstimateOptions {
  /** Most list requests, up to 10,000. Default 180. */
  readonly maxRequests?: number | undefined;
  /** List everything, however many requests that takes. Default false. */
  readonly exact?: boolean | undefined;
  /** List requests in flight. Default 8, or 32 where everything is listed. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How much there is under a prefix, and how sure that is. */
export interface PrefixEstimate {
  readonly prefix: string;
  readonly objects: number;
  /** Three standard errors below and above `objects`; undefined when nothing says how far it may be off. */
  readonly range?: { readonly low: number; readonly high: number } | undefined;
  readonly bytes: number;
  /** Everything was listed. */
  readonly exact: boolean;
  /** Objects that were listed: there are at least so many. */
  readonly listed: number;
  /** List requests that it took. */
  readonly requests: number;
  /** How long the quickest of those with many entries took, in milliseconds. */
  readonly pageMs: number;
  /** How long the quickest of them took, in milliseconds. */
  readonly requestMs: number;
  /** What the objects are like, by the same sample. */
  readonly distribution: Distribution;
}

const OPTIONS = defineOptions<EstimateOptions>()('estimate', {
  signal: { type: types.signal },
  maxRequests: { type: () => types.integer(1, 10_000), default: 180 },
  exact: { type: types.flag },
  concurrency: { type: types.concurrency },
});

/** So many times what a sample says is kept in hand for listing it. */
const ROOM = 1.25;

/** So many pages more of each level that is looked at, before others have their turn. */
const PAGES_AT_FIRST = 8;

/**
 * How many objects there are under a prefix, and how many bytes, from a sample of its listing: a few requests for any size.
 *
 * Levels of a tree are walked down at evenly spread groups, and what was found in some groups stands for the others; large
 * levels are estimated from pages at different places.
 *
 * @throws StoreError `NotFound` when there is no such bucket; `InvalidArgument` for options that are misspelt or of the wrong
 * type
 */
export async function estimate(
  store: ObjectStore,
  prefix: string,
  options: EstimateOptions = {},
): Promise<PrefixEstimate> {
  const engine = engineOf(store, 'estimate');
  const { maxRequests, exact = false, concurrency = 8, signal } = OPTIONS.check(options);
  assertPrefix(prefix, 'estimate');
  const sampler = new Sampler(engine, { maxRequests, concurrency, signal });
  const root = await Node.open(sampler, prefix);
  // The first walk goes alone: its pages tell how long one takes that shares with no other.
  await root.descend(sampler);
  const whole = exact
    ? await listEverything(sampler, prefix, options.concurrency)
    : await survey(root, sampler, { maxRequests, concurrency });
  const sampled = root.total();
  const { tally, variance } = whole?.complete ? { tally: whole.tally, variance: 0 } : sampled;
  const { objects } = tally;
  const error = 3 * Math.sqrt(variance);
  const listed = Math.max(root.listed(), whole?.tally.objects ?? 0);
  // Where all could not be listed after all, there is more than the sample said, and nobody knows where.
  const sure = whole ? whole.complete : root.surveyed && (error === 0 || error < objects);
  return {
    prefix,
    ...tally.share(),
    objects: Math.max(tally.share().objects, listed),
    range: sure
      ? {
          low: Math.max(listed, Math.floor(objects - error)),
          high: Math.max(listed, Math.ceil(objects + error)),
        }
      : undefined,
    exact: root.exact || (whole?.complete ?? false),
    listed,
    requests: sampler.requests,
    pageMs: sampler.pageMs,
    requestMs: sampler.requestMs,
    distribution: distributionOf(root.branching(), tally),
  };
}

/** Looks where most is unsure, as long as requests are left. Returns what was listed, when it would rather list everything. */
async function survey(
  root: Node,
  sampler: Sampler,
  { maxRequests, concurrency }: { readonly maxRequests: number; readonly concurrency: number },
): Promise<Listed | undefined> {
  while (sampler.left > 0) {
    // Half of the requests tell whether the other half would list everything: that leaves nothing to guess.
    if (!root.exact && sampler.left <= maxRequests / 2) {
      const pages = root.total().tally.objects / sampler.pageSize;
      if (pages * ROOM <= sampler.left) return listAll(sampler, root.prefix);
    }
    const doubtful = root.mostDoubtful();
    // Pages go where most is unsure: into one large level, or to groups where none has been.
    if (doubtful && (root.complete || doubtful.error ** 2 >= root.total().variance / 2)) {
      await doubtful.node.refine(concurrency);
    } else if (root.complete) break;
    else await settled(Array.from({ length: concurrency }, () => root.descend(sampler)));
  }
  return undefined;
}

/** More kinds of names are no kinds. */
const MAX_STRATA = 20;

const EMPTY = Tally.of([], 0);

/** When one group has so large a share of what a sample has, others may as well. */
const SKEWED = 0.05;

interface Total {
  readonly tally: Tally;
  /** Of the number of objects. */
  readonly variance: number;
}

/** A level, and those of its groups that were looked at. */
class Node {
  readonly prefix: string;
  readonly #level: Level;
  readonly #opening = new Map<string, Promise<Node>>();
  readonly #children = new Map<string, Node>();
  #estimate: LevelEstimate;
  /** Groups with names of one kind. A kind of its own may well be of another size. */
  #strata: readonly (readonly string[])[];
  #visits = 0;

  private constructor(prefix: string, level: Level) {
    this.prefix = prefix;
    this.#level = level;
    this.#estimate = level.estimate;
    this.#strata = strataOf(this.#estimate.seen);
  }

  static async open(sampler: Sampler, prefix: string): Promise<Node> {
    const node = new Node(prefix, await openLevel(sampler, prefix));
    await node.refine(PAGES_AT_FIRST);
    return node;
  }

  async refine(pages: number): Promise<void> {
    await this.#level.refine(pages);
    this.#estimate = this.#level.estimate;
    this.#strata = strataOf(this.#estimate.seen);
  }

  /** Nothing is left to be looked at. */
  get complete(): boolean {
    const { seen } = this.#estimate;
    return seen.every((group) => this.#children.get(group)?.complete ?? false);
  }

  /**
   * Nothing that may be of any size was passed over: a group that nobody has looked into, or a level of which too little
   * was seen.
   */
  get surveyed(): boolean {
    const { seen, groups } = this.#estimate;
    const named = Math.round(groups) === seen.length;
    return (
      named && this.#level.surveyed && seen.every((group) => this.#children.get(group)?.surveyed ?? false)
    );
  }

  /** Everything was listed: what is alike in a sample need not be so in the rest. */
  get exact(): boolean {
    const { seen, doubt } = this.#estimate;
    return doubt === 0 && seen.every((group) => this.#children.get(group)?.exact ?? false);
  }

  /** Goes down to a level without groups, where it has not been. */
  async descend(sampler: Sampler): Promise<void> {
    const strata = this.#strata.map((groups) => this.#openIn(groups)).filter((open) => open.length > 0);
    const open = strata[this.#visits % strata.length];
    if (!open) return;
    // Multiples of the golden ratio are spread evenly, however many there will be.
    const place = (Math.floor(this.#visits++ / strata.length) * 0.618_033_988_749_895 + 0.5) % 1;
    const group = open[Math.floor(place * open.length)] ?? '';
    if (!this.#opening.has(group)) {
      if (sampler.left <= 0) return;
      this.#opening.set(group, Node.open(sampler, group));
    }
    const child = await this.#opening.get(group);
    if (!child) return;
    this.#children.set(group, child);
    await child.descend(sampler);
  }

  #openIn(groups: readonly string[]): readonly string[] {
    return groups.filter((group) => !(this.#children.get(group)?.complete ?? false));
  }

  total(): Total {
    const { objects, groups, seen, doubt } = this.#estimate;
    const own = { tally: objects, variance: squared(doubt * objects.objects, doubt) };
    // Groups that were not even named are like those that were.
    const scale = seen.length === 0 ? 1 : groups / seen.length;
    return this.#strata
      .map((stratum) => this.#totalOf(stratum, stratum.length * scale))
      .map(({ tally, variance }) => ({
        tally,
        variance: variance + squared(doubt * tally.objects, doubt),
      }))
      .reduce(plus, own);
  }

  /** What the groups of a stratum have, by those that were looked at. */
  #totalOf(stratum: readonly string[], groups: number): Total {
    const looked = stratum.flatMap((group) => this.#children.get(group)?.total() ?? []);
    // The last walks may have ended half-way down.
    const whole = looked.filter(({ variance }) => Number.isFinite(variance));
    const children = whole.length === 0 ? looked : whole;
    const m = children.length;
    const sum = children.reduce(plus, { tally: EMPTY, variance: m === 0 ? Infinity : 0 });
    if (m === 0) return sum;
    const mean = sum.tally.objects / m;
    const squares = sumOf(children, ({ tally }) => (tally.objects - mean) ** 2);
    // One group alone says nothing about how they differ.
    const spread = m === 1 ? mean ** 2 : squares / (m - 1);
    const between = groups ** 2 * Math.max(0, 1 - m / groups) * (spread / m);
    const factor = groups / m;
    const largest = Math.max(...children.map(({ tally }) => tally.objects)) / sum.tally.objects;
    // Where one of those that were looked at has much of what all of them have, there may be larger ones among the rest.
    const skewed = factor > 2 && largest > Math.max(SKEWED, 3 / m);
    const guessed = ((skewed ? 1 : LEAST_DOUBT) * (factor - 1) * sum.tally.objects) ** 2;
    return { tally: sum.tally.scaled(factor), variance: between + guessed + factor * sum.variance };
  }

  /** The level that makes the estimate most unsure, by objects. @param weight how many levels this one stands for */
  mostDoubtful(weight = 1): { readonly node: Node; readonly error: number } | undefined {
    const { doubt, groups } = this.#estimate;
    const looked = Array.from(this.#children.values());
    const each = (weight * groups) / looked.length;
    const all = looked.flatMap((child) => child.mostDoubtful(each) ?? []);
    if (!this.#level.sure) {
      const { objects } = this.total().tally;
      all.push({ node: this, error: weight * Math.sqrt(squared(doubt * objects, doubt)) });
    }
    const [most] = all.toSorted((a, b) => b.error - a.error);
    return most;
  }

  /** Objects that were really listed. */
  listed(): number {
    return this.#estimate.listed + sumOf([...this.#children.values()], (child) => child.listed());
  }

  /** The first level, from here down, that has more than a single group. */
  branching(): Branching {
    const { objects, groups, seen, doubt } = this.#estimate;
    const [only] = this.#children.values();
    if (only && doubt === 0 && seen.length === 1 && objects.objects === 0) return only.branching();
    const children = Array.from(this.#children.values(), (child) => ({
      prefix: child.prefix,
      tally: child.total().tally,
    }));
    return { prefix: this.prefix, direct: objects, groups, children };
  }
}

/** What was listed page after page, and whether that was everything. */
interface Listed {
  readonly tally: Tally;
  readonly complete: boolean;
}

/** As far as the requests go. */
async function listAll(sampler: Sampler, prefix: string): Promise<Listed> {
  let tally = EMPTY;
  let complete = false;
  for await (const { entries, more } of sampler.pages(prefix, true)) {
    tally = tally.plus(foundIn(entries, sampler.now()).objects);
    complete = !more;
  }
  return { tally, complete };
}

/** However many requests it takes. */
async function listEverything(
  sampler: Sampler,
  prefix: string,
  concurrency: number | undefined,
): Promise<Listed> {
  let tally = EMPTY;
  for await (const objects of sampler.everything(prefix, concurrency))
    tally = tally.plus(Tally.of(objects, sampler.now()));
  return { tally, complete: true };
}

async function openLevel(sampler: Sampler, prefix: string): Promise<Level> {
  if (sampler.anywhere) return new SampledLevel(sampler, prefix, await sampler.page(prefix));
  const level = new ListedLevel(sampler, prefix);
  await level.refine(1);
  return level;
}

/** A level whose end was not found may have any number. */
function squared(error: number, doubt: number): number {
  return doubt < 1 ? error ** 2 : Infinity;
}

function plus(a: Total, b: Total): Total {
  return { tally: a.tally.plus(b.tally), variance: a.variance + b.variance };
}

function strataOf(groups: readonly string[]): readonly (readonly string[])[] {
  const kinds = new Map<string, string[]>();
  for (const group of groups) {
    const kind = group.replaceAll(/\d+/g, '0');
    const alike = kinds.get(kind);
    if (alike) alike.push(group);
    else kinds.set(kind, [group]);
  }
  return kinds.size > MAX_STRATA ? [groups] : [...kinds.values()];
}
