import { StoreError } from '@store/driver';

/** Whether a text, the rest of a key behind its prefix, matches as a whole. */
export type GlobMatcher = (text: string) => boolean;

/**
 * Reads a glob. Its meaning, by code points of the whole text (decision 3):
 *
 * | glob             | matches                                                                             |
 * | ---------------- | ----------------------------------------------------------------------------------- |
 * | `*`              | any characters but `/`, also none                                                   |
 * | `**`             | any characters, `/` included, also none; where it is a whole segment, also none with |
 * |                  | the slash behind it, so that two stars, a slash and `x` match `x`                   |
 * | `?`              | one character but `/`                                                               |
 * | `[abc]`, `[a-z]` | one of these; `[!abc]` or `[^abc]` one that is none of these; never `/`             |
 * | `{a,b}`          | one of these globs, which may be empty and nested                                   |
 * | `\x`             | the character `x` itself                                                            |
 * | all else         | itself: dots, parentheses, `+`, `!`, `@`, `|` mean nothing special                  |
 *
 * Matching takes time in proportion to text and glob, whatever they are: states are followed side by side, nothing is
 * tried again.
 *
 * @param option named in errors, such as `exclude`
 * @throws StoreError `InvalidArgument` for a glob that cannot be read, or whose meaning users would not agree on
 */
export function compileGlob(glob: string, option: string): GlobMatcher {
  const bad = (why: string): StoreError =>
    new StoreError('InvalidArgument', `${option}: the glob ${JSON.stringify(glob)} cannot be read: ${why}`);
  if (glob === '') throw bad('it is empty');
  if (glob.length > MAX_LENGTH) throw bad(`it is longer than ${MAX_LENGTH} characters`);
  if (!glob.isWellFormed()) throw bad('it is not well-formed Unicode (lone surrogate)');
  const automaton = new Automaton();
  const start = automaton.add(new Parser(glob, bad).read(), MATCHED);
  return (text) => automaton.matches(start, text);
}

/** No key is longer, so no glob needs to be; reading one nests as deep as its braces. */
const MAX_LENGTH = 4096;

type Node =
  | { readonly kind: 'one'; readonly test: (character: number) => boolean; readonly slash: boolean }
  | { readonly kind: 'many'; readonly slashes: boolean }
  | { readonly kind: 'either'; readonly choices: readonly (readonly Node[])[] };

const SLASH = 0x2f;
const notSlash = (character: number): boolean => character !== SLASH;

/** Recursive descent over the code points of a glob. */
class Parser {
  readonly #characters: readonly string[];
  readonly #bad: (why: string) => StoreError;
  #at = 0;

  constructor(glob: string, bad: (why: string) => StoreError) {
    this.#characters = Array.from(glob);
    this.#bad = bad;
  }

  read(): Node[] {
    return this.#sequence(false);
  }

  #sequence(inBraces: boolean): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const character = this.#characters[this.#at];
      if (character === undefined || (inBraces && (character === ',' || character === '}'))) return nodes;
      this.#at++;
      nodes.push(this.#node(character));
    }
  }

  #node(character: string): Node {
    switch (character) {
      case '*':
        return { kind: 'many', slashes: this.#moreStars() };
      case '?':
        return { kind: 'one', test: notSlash, slash: false };
      case '[':
        return { kind: 'one', test: this.#set(), slash: false };
      case '{':
        return this.#braces();
      default: {
        const itself = codeOf(character === '\\' ? this.#escaped() : character);
        return { kind: 'one', test: (found) => found === itself, slash: itself === SLASH };
      }
    }
  }

  #moreStars(): boolean {
    const begin = this.#at;
    while (this.#characters[this.#at] === '*') this.#at++;
    return this.#at > begin;
  }

  #escaped(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined)
      throw this.#bad('it ends in a backslash; write \\\\ for the character itself');
    return character;
  }

  #braces(): Node {
    const choices: Node[][] = [];
    for (;;) {
      choices.push(this.#sequence(true));
      const end = this.#characters[this.#at++];
      if (end === undefined) throw this.#bad('a { is not closed; write \\{ for the character itself');
      if (end === '}') break;
    }
    // A shell takes {a} for these three characters, rclone for a, and {1..3} is a range to some.
    if (choices.length === 1)
      throw this.#bad(
        'braces without a comma mean different things to different tools; write \\{ and \\}, or [1-3]',
      );
    return { kind: 'either', choices };
  }

  #set(): (character: number) => boolean {
    const negated = this.#characters[this.#at] === '!' || this.#characters[this.#at] === '^';
    if (negated) this.#at++;
    const ranges: { readonly from: number; readonly to: number }[] = [];
    for (let first = true; ; first = false) {
      const from = this.#member(first);
      if (from === undefined) break;
      const rangeFollows = this.#characters[this.#at] === '-' && this.#characters[this.#at + 1] !== ']';
      if (rangeFollows) this.#at++;
      const to = rangeFollows ? this.#member(true) : from;
      if (to === undefined || to < from) throw this.#bad('a range in [ ] goes backwards');
      ranges.push({ from, to });
    }
    return (character) =>
      character !== SLASH && ranges.some(({ from, to }) => character >= from && character <= to) !== negated;
  }

  /** The next character of a set; undefined at its end. @param literal a `]` here is a member */
  #member(literal: boolean): number | undefined {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw this.#bad('a [ is not closed; write \\[ for the character itself');
    if (character === ']' && !literal) return undefined;
    if (character === '[' && /[:.=]/.test(this.#characters[this.#at] ?? ''))
      throw this.#bad('classes such as [:alpha:] are not known; write the characters or ranges themselves');
    return codeOf(character === '\\' ? this.#escaped() : character);
  }
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

interface State {
  /** Which characters lead to `next`; none where only `also` leads on. */
  readonly test?: ((character: number) => boolean) | undefined;
  /** It reads exactly a `/`. */
  readonly slash: boolean;
  readonly next: number;
  /** States that this one is at the same time. */
  readonly also: readonly number[];
  /** The same, at the beginning of a segment. */
  readonly alsoAtSegment: readonly number[];
}

/** The state that has read all. */
const MATCHED = 0;

/** A nondeterministic automaton; states are numbers. Built from its end. */
class Automaton {
  readonly #states: State[] = [{ slash: false, next: MATCHED, also: [], alsoAtSegment: [] }];

  /** Adds what reads these nodes and goes on with `next`. */
  add(nodes: readonly Node[], next: number): number {
    return nodes.reduceRight((after, node) => this.#addNode(node, after), next);
  }

  #addNode(node: Node, next: number): number {
    if (node.kind === 'one') return this.#push({ test: node.test, slash: node.slash, next });
    if (node.kind === 'either') {
      return this.#push({ slash: false, next, also: node.choices.map((choice) => this.add(choice, next)) });
    }
    if (!node.slashes)
      return this.#push({ test: notSlash, slash: false, next: this.#states.length, also: [next] });
    return this.#push({
      test: () => true,
      slash: false,
      next: this.#states.length,
      also: [next],
      alsoAtSegment: this.#behindSlash(next),
    });
  }

  /** Where a `/` leads from here: `**` as a whole segment may stand for no segment, slash included. */
  #behindSlash(from: number): number[] {
    const found: number[] = [];
    const waiting = new Set([from]);
    for (const number of waiting) {
      const state = this.#states[number];
      if (!state) continue;
      if (state.slash) found.push(state.next);
      for (const other of state.also) waiting.add(other);
    }
    return found;
  }

  #push({
    test,
    slash,
    next,
    also = [],
    alsoAtSegment = [],
  }: Partial<State> & Pick<State, 'slash' | 'next'>): number {
    return this.#states.push({ test, slash, next, also, alsoAtSegment }) - 1;
  }

  matches(start: number, text: string): boolean {
    let current = new Set<number>();
    this.#enter(current, start, true);
    for (const character of text) {
      const code = codeOf(character);
      const following = new Set<number>();
      for (const number of current) {
        const state = this.#states[number];
        if (state?.test?.(code)) this.#enter(following, state.next, code === SLASH);
      }
      if (following.size === 0) return false;
      current = following;
    }
    return current.has(MATCHED);
  }

  #enter(set: Set<number>, number: number, atSegment: boolean): void {
    if (set.has(number)) return;
    set.add(number);
    const state = this.#states[number];
    if (!state) return;
    for (const other of state.also) this.#enter(set, other, atSegment);
    if (atSegment) for (const other of state.alsoAtSegment) this.#enter(set, other, atSegment);
  }
}
