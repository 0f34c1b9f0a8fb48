import type { GenericSchema } from 'valibot';

/** The table of an operation's options: an option of the interface that is not in it does not compile, and neither does one more. */
export type OptionTable<Options> = {
  readonly [Name in keyof Options]-?: TypedEntry<Exclude<Options[Name], undefined>> &
    // Whether it may be left out is what the interface says.
    (object extends Pick<Options, Name>
      ? { readonly needed?: undefined }
      : { readonly needed: true; readonly default?: undefined });
};

/** All that there is to say about one option, beside its documentation in the interface. */
export interface OptionEntry {
  /** Of the value, when there is one. A function, because schemas take time to make, and most programs use few of them. */
  readonly type: () => GenericSchema;
  /** It cannot be left out. */
  readonly needed?: true | undefined;
  /** What it is when it is left out. */
  readonly default?: unknown;
  /** It keeps some of what was listed from being deleted: the fact that it looks at. */
  readonly filters?: Fact | undefined;
  /**
   * It can go with the strategy `server-prefix`, where nobody looks at single keys: always, with these values alone, or in a
   * dry run, which lists. What is not marked is refused there.
   */
  readonly serverPrefix?: true | readonly unknown[] | 'dry-run' | undefined;
  /** Of a run: it is how one session of it goes, or a secret, and not what the run is. A journal does not keep it. */
  readonly session?: true | undefined;
  /** How it is spelt on the command line; without it, it is for programs alone. */
  readonly cli?: Spelling | undefined;
}

/** What a listing says about an entry. */
export type Fact = 'key' | 'time' | 'size';

type TypedEntry<Value> = OptionEntry & {
  readonly type: () => GenericSchema<unknown, Value>;
  readonly default?: Value | undefined;
  readonly serverPrefix?: true | readonly Value[] | 'dry-run' | undefined;
} & (
    | { readonly filters?: undefined; readonly cli?: Spelling<KindOf<Value>> | undefined }
    | { readonly filters: Fact; readonly cli: Spelling<KindOf<Value>>; readonly serverPrefix?: undefined }
  );

/** A flag: its name is the option's, `olderThan` is `--older-than`. */
export interface Spelling<Kind extends SpellingKind = SpellingKind> {
  /** How the text behind the flag is read. */
  readonly kind: Kind;
  /** One letter. */
  readonly short?: string | undefined;
  /** What stands for the value in the help. Default: the kind. */
  readonly argument?: string | undefined;
  readonly help: string;
  /** Under which heading of the help; default: the first. */
  readonly group?: 'how' | 'provider' | undefined;
  /** Of a choice: where to look for what is none of it. */
  readonly otherwise?: string | undefined;
}

export type SpellingKind = 'flag' | 'date' | 'number' | 'duration' | 'size' | 'text' | 'choice' | 'list';

type KindOf<Value> = [Value] extends [boolean]
  ? 'flag'
  : [Value] extends [Date]
    ? 'date'
    : [Value] extends [number]
      ? 'number' | 'duration' | 'size'
      : [Value] extends [string]
        ? string extends Value
          ? 'text'
          : 'choice'
        : [readonly string[]] extends [Value]
          ? 'list'
          : never;
