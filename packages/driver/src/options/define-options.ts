import * as v from 'valibot';
import { StoreError } from '../errors.js';
import { checkInput } from './check-input.js';
import type { OptionEntry, OptionTable } from './option-table.js';
import { plain } from './option-types.js';

/** A table of an interface, and as one of any. */
type Table<Options> = OptionTable<Options> & Readonly<Record<string, OptionEntry>>;

/** A table says nothing that the interface does not have. */
type Exact<Entries, Options> = Entries & { readonly [Name in Exclude<keyof Entries, keyof Options>]: never };

/** Those with a default are always there. */
type WithDefaults<Options, Entries> = Options & {
  readonly [Name in keyof Options as HasDefault<Name, Entries>]-?: Exclude<Options[Name], undefined>;
};

type HasDefault<Name, Entries> = Name extends keyof Entries
  ? Entries[Name] extends { readonly default: infer Default }
    ? undefined extends Default
      ? never
      : Name
    : never
  : never;

/** Options as {@link DefinedOptions.check} returns them. */
export type Checked<Defined> =
  Defined extends DefinedOptions<infer Options, infer Entries> ? WithDefaults<Options, Entries> : never;

/**
 * Defines the options of an operation by their table:
 * `defineOptions<HeadOptions>()('head', { versionId: { type: id } })`.
 *
 * @typeParam Options the interface that callers see
 */
export function defineOptions<Options extends object>() {
  return <const Entries extends Table<Options>>(
    method: string,
    table: Exact<Entries, Options>,
  ): DefinedOptions<Options, Entries> => new DefinedOptions<Options, Entries>(method, table);
}

/** The options of one operation. */
export class DefinedOptions<Options extends object, Entries extends Table<Options> = Table<Options>> {
  /** As callers name it. */
  readonly method: string;
  readonly table: Entries;
  #schema: v.GenericSchema | undefined;

  constructor(method: string, table: Entries) {
    this.method = method;
    this.table = table;
  }

  get names(): readonly (keyof Options & string)[] {
    // A table has the names of its interface and no other.
    return Object.keys(this.table) as (keyof Options & string)[];
  }

  /** Those of these options that are given, out of an object that may have others too. Not checked. */
  pick(options: Options): Options {
    const given = this.names.filter((name) => options[name] !== undefined);
    // What is left out are properties that are undefined, or of another interface.
    return Object.fromEntries(given.map((name) => [name, options[name]])) as Options;
  }

  /**
   * Refuses options that are misspelt or of the wrong type, before anything is done: `{ dryrun: true }` must not delete
   * anything. Returns a copy with the defaults: what a caller changes afterwards, for the next call, is nothing to this one.
   *
   * @throws StoreError `InvalidArgument` that names the option and the method, with the option that was meant
   */
  check(options: Options): WithDefaults<Options, Entries> {
    const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
    if (isObject && !isPlain(options)) {
      const message = `the options of ${this.method} are a plain object: { name: value }`;
      throw new StoreError('InvalidArgument', message, { operation: this.method });
    }
    // Before it is looked at, so that nobody changes it in between. The values are those that were given: Valibot's copies
    // of them would lack what it ignores.
    const copy = isObject ? { ...options } : options;
    this.#schema ??= this.#makeSchema();
    checkInput(this.#schema, copy, { code: 'InvalidArgument', what: this.method, options: true });
    const missing = this.names.filter(
      (name) => copy[name] === undefined && this.table[name].default !== undefined,
    );
    const defaults = Object.fromEntries(missing.map((name) => [name, this.table[name].default]));
    // The table has an entry of the right type for each option, and no other: its own type says so.
    return Object.assign(copy, defaults) as WithDefaults<Options, Entries>;
  }

  /** As {@link check}, of those values whose names are in the table. @throws as `check` */
  take(values: Readonly<Record<string, unknown>>): WithDefaults<Options, Entries> {
    // What they are, `check` looks at.
    return this.check(this.pick(values as Options));
  }

  #makeSchema(): v.GenericSchema {
    const shape = Object.entries<OptionEntry>(this.table).map(([name, { type, needed }]) => {
      return [name, needed ? type() : v.optional(type())] as const;
    });
    return plain(v.strictObject(Object.fromEntries(shape)));
  }
}

/** Of a map, an instance or an object with hidden properties, nobody would see what it lacks. */
function isPlain(options: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(options);
  const known = prototype === null || Object.getPrototypeOf(prototype) === null;
  return known && Reflect.ownKeys(options).length === Object.keys(options).length;
}
