import { assertPrefix } from '../keys.js';
import { estimateLevel, sumOf, type LevelEstimate } from './level-estimate.js';
import { Sampler, type SamplerContext } from './sampler.js';

export interface EstimateOptions {
  /** Most list requests. Default 150. */
  readonly maxRequests?: number | undefined;
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
  /** How long one of them took, in milliseconds; the mean. */
  readonly pageMs: number;
}

const DEFAULT_MAX_REQUESTS = 150;

/** A level with groups gets at most so many pages: its groups need some as well. */
const PAGES_A_LEVEL = 40;

/** Of what is left, the share that one large level far down gets. */
const SHARE_BELOW = 1 / 6;

/**
 * `ObjectStore.estimate`: lists a sample. Levels of a tree are walked down at evenly spread groups, and what was found in
 * some groups stands for the others; large levels are estimated from pages at different places.
 */
export async function estimatePrefix(
  context: SamplerContext,
  prefix: string,
  { maxRequests = DEFAULT_MAX_REQUESTS, signal }: EstimateOptions,
): Promise<PrefixEstimate> {
  assertPrefix(prefix, 'estimate');
  const sampler = new Sampler(context, maxRequests, signal);
  const started = context.clock.now();
  const root = await Node.open(sampler, prefix, 0);
  while (!root.complete && sampler.left > 0) await root.descend(sampler);
  const { objects, bytes, variance } = root.total();
  const error = 3 * Math.sqrt(variance);
  const exact = variance === 0;
  const sure = error === 0 || error < objects;
  return {
    prefix,
    objects: Math.round(objects),
    bytes: Math.round(bytes),
    range: sure
      ? { low: Math.max(root.listed(), Math.floor(objects - error)), high: Math.ceil(objects + error) }
      : undefined,
    exact,
    listed: root.listed(),
    requests: sampler.requests,
    pageMs: (context.clock.now() - started) / sampler.requests,
  };
}

/** More kinds of names are no kinds. */
const MAX_STRATA = 20;

interface Total {
  readonly objects: number;
  readonly bytes: number;
  readonly variance: number;
}

/** A level, and those of its groups that were looked at. */
class Node {
  readonly #depth: number;
  readonly #level: LevelEstimate;
  /** Groups with names of one kind. A kind of its own may well be of another size. */
  readonly #strata: readonly (readonly string[])[];
  readonly #children = new Map<string, Node>();
  #visits = 0;

  private constructor(level: LevelEstimate, depth: number) {
    this.#level = level;
    this.#depth = depth;
    this.#strata = strataOf(level.seen);
  }

  static async open(sampler: Sampler, prefix: string, depth: number): Promise<Node> {
    const level = await estimateLevel(sampler, prefix, ({ entries }) => {
      if (entries.some(({ size }) => size === undefined)) return PAGES_A_LEVEL;
      return depth === 0 ? sampler.left : Math.ceil(sampler.left * SHARE_BELOW);
    });
    return new Node(level, depth);
  }

  /** Nothing is left to be looked at. */
  get complete(): boolean {
    const { seen } = this.#level;
    return seen.every((group) => this.#children.get(group)?.complete ?? false);
  }

  /** Goes down to a level without groups, where it has not been. */
  async descend(sampler: Sampler): Promise<void> {
    if (sampler.left <= 0) return;
    const strata = this.#strata.map((groups) => this.#openIn(groups)).filter((open) => open.length > 0);
    const open = strata[this.#visits % strata.length];
    if (!open) return;
    // Multiples of the golden ratio are spread evenly, however many there will be.
    const place = (Math.floor(this.#visits++ / strata.length) * 0.618_033_988_749_895 + 0.5) % 1;
    const group = open[Math.floor(place * open.length)] ?? '';
    const child = this.#children.get(group) ?? (await Node.open(sampler, group, this.#depth + 1));
    this.#children.set(group, child);
    await child.descend(sampler);
  }

  #openIn(groups: readonly string[]): readonly string[] {
    return groups.filter((group) => !(this.#children.get(group)?.complete ?? false));
  }

  total(): Total {
    const { objects, bytes, groups, seen, doubt } = this.#level;
    const own = { objects, bytes, variance: squared(doubt * objects, doubt) };
    // Groups that were not even named are like those that were.
    const scale = seen.length === 0 ? 1 : groups / seen.length;
    return this.#strata
      .map((stratum) => this.#totalOf(stratum, stratum.length * scale))
      .map((total) => ({ ...total, variance: total.variance + squared(doubt * total.objects, doubt) }))
      .reduce(plus, own);
  }

  /** What the groups of a stratum have, by those that were looked at. */
  #totalOf(stratum: readonly string[], groups: number): Total {
    const looked = stratum.flatMap((group) => this.#children.get(group)?.total() ?? []);
    // The last walk may have ended half-way down.
    const children = looked.filter(({ variance }) => Number.isFinite(variance));
    const m = children.length;
    if (m === 0) return { objects: 0, bytes: 0, variance: Infinity };
    const sum = children.reduce(plus);
    const mean = sum.objects / m;
    const squares = sumOf(children, (child) => (child.objects - mean) ** 2);
    // One group alone says nothing about how they differ.
    const spread = m === 1 ? mean ** 2 : squares / (m - 1);
    const between = groups ** 2 * Math.max(0, 1 - m / groups) * (spread / m);
    const factor = groups / m;
    return {
      objects: factor * sum.objects,
      bytes: factor * sum.bytes,
      variance: between + factor * sum.variance,
    };
  }

  /** Objects that were really listed. */
  listed(): number {
    return this.#level.listed + sumOf([...this.#children.values()], (child) => child.listed());
  }
}

/** A level whose end was not found may have any number. */
function squared(error: number, doubt: number): number {
  return doubt < 1 ? error ** 2 : Infinity;
}

function plus(a: Total, b: Total): Total {
  return { objects: a.objects + b.objects, bytes: a.bytes + b.bytes, variance: a.variance + b.variance };
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
