import type { LeftOut } from '@store/driver';
import type { KeyRule, KeyRules } from './key-rules.js';

/** Rules that a warning names. */
const NAMED = 5;

/**
 * Those of the globs and rules of a run that nothing has matched yet, whatever else decided on it. One that never is matched may be
 * misspelt, and what it was to protect is deleted. As soon as each has been matched, looking costs nothing.
 */
export class UnmetRules {
  #unmet: readonly KeyRule[];
  #seen = false;

  /** @param rules those that the filter of the run is made of, so that no key is looked at twice */
  constructor(rules: KeyRules) {
    this.#unmet = rules.all;
  }

  /** @param prefix that the key begins with; the rules are about the rest */
  see(key: string, prefix: string): void {
    this.#seen = true;
    if (this.#unmet.length === 0) return;
    const rest = key.slice(prefix.length);
    if (this.#unmet.some(({ matches }) => matches(rest)))
      this.#unmet = this.#unmet.filter(({ matches }) => !matches(rest));
  }

  /** What is no object: of a directory, what is under it may be meant. */
  seeLeftOut(
    { name, at = name, directory }: Pick<LeftOut, 'name' | 'at' | 'directory'>,
    prefix: string,
  ): void {
    const key = at.replace(/\/$/, '');
    this.see(key, prefix);
    if (directory) this.see(`${key}/`, prefix);
  }

  /** Of a run that has looked at everything; undefined where there is nothing to say, or nothing was there. */
  get warning(): string | undefined {
    const [first, ...others] = this.#unmet;
    if (!first || !this.#seen) return undefined;
    if (others.length === 0) return `nothing that was listed matches ${first.name}`;
    const names = this.#unmet.slice(0, NAMED).map(({ name }) => name);
    const more = this.#unmet.length - names.length;
    return `nothing that was listed matches ${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  }
}
