import leven from 'leven';
import * as v from 'valibot';
import { StoreError } from '../errors.js';
import { expectation } from './expectation.js';

/** What schemas have in which there are others. */
interface Walked {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Walked>>;
  readonly wrapped?: Walked;
  readonly options?: readonly Walked[];
}

export interface CheckContext {
  readonly code: 'InvalidArgument' | 'InvalidConfig';
  /** What is checked, for the message: `stores.china`; the method, when it is its options. */
  readonly what: string;
  /** They are the options of a call. */
  readonly options?: boolean;
  /** Top-level keys whose values are not to be shown. */
  readonly secretKeys?: readonly string[];
  /** Keys that are allowed here but not part of the schema, for suggestions. */
  readonly otherKeys?: readonly string[];
}

/**
 * Checks a value against a schema and returns what the schema makes of it.
 *
 * @throws StoreError with one line that names each problem: the path, what was found, what is allowed
 */
export function checkInput<T>(schema: v.GenericSchema<unknown, T>, value: unknown, context: CheckContext): T {
  const result = v.safeParse(schema, value, { message: expectation });
  if (result.success) return result.output;
  const problems = result.issues
    .flatMap((issue) => [...innermost(issue)])
    .flatMap((problem) => describe(problem, value, schema, context));
  throw new StoreError(context.code, [...new Set(problems)].join('; '), {
    operation: context.options ? context.what : undefined,
  });
}

interface Problem {
  readonly path: readonly string[];
  readonly issue: v.BaseIssue<unknown>;
}

/** Of a choice between an object or a list and something else: what is wrong inside of the one that was given. */
function* innermost(issue: v.BaseIssue<unknown>, above: readonly string[] = []): Generator<Problem> {
  const path = [...above, ...(issue.path ?? []).map(({ key }) => String(key))];
  const inside = (issue.issues ?? []).filter((one) => one.path);
  if (inside.length === 0 || !issue.expected?.startsWith('(')) yield { path, issue };
  else for (const one of inside) yield* innermost(one, path);
}

function describe(
  { path, issue }: Problem,
  input: unknown,
  schema: v.GenericSchema,
  context: CheckContext,
): readonly string[] {
  if (issue.expected !== 'never')
    return [`${place(path, context)}: ${issue.message}${showFound({ path, issue }, input, context)}`];
  // Valibot names the first unknown key alone.
  const at = path.slice(0, -1);
  const all = [...keysIn(schema)];
  const known = all.filter((one) => one.at === at.join('.')).map((one) => one.key);
  return Object.keys(valueAt(at, input) ?? {})
    .filter((key) => (known.length === 0 ? key === path.at(-1) : !known.includes(key)))
    .map((key) => `${unknownKey([...at, key], context)}${hint(key, at.join('.'), all, context)}`);
}

/** What was meant by a key that is not known at its place: another one there, or one that stands somewhere else. */
function hint(key: string, here: string, all: readonly Key[], context: CheckContext): string {
  const known = all.filter(({ at }) => at === here).map((one) => one.key);
  if (here === '') known.push(...(context.otherKeys ?? []));
  const elsewhere = nearest(
    key,
    all.filter(({ at }) => at !== here),
    (one) => one.key,
  );
  const beside = nearest(key, known, (one) => one);
  if (!elsewhere || (beside && beside.distance <= elsewhere.distance))
    return suggest(key, known, { listAll: true });
  const { at, key: meant } = elsewhere.found;
  const path = at === '' ? [] : at.split('.');
  const written = [...path, meant].reduceRight(
    (inside, step) => (inside === '' ? `${step}: …` : `${step}: { ${inside} }`),
    '',
  );
  return `; ${meant} belongs ${at === '' ? `to ${context.what} itself` : `in ${at}`}: write ${written}`;
}

function unknownKey(path: readonly string[], context: CheckContext): string {
  return context.options
    ? `${path.join('.')}: unknown option of ${context.what}`
    : `${place(path, context)}: unknown key`;
}

function place(path: readonly string[], { what, options }: CheckContext): string {
  if (!options) return [what, ...path].join('.');
  return path.length === 0 ? `the options of ${what}` : `${path.join('.')} of ${what}`;
}

function showFound({ path, issue }: Problem, input: unknown, context: CheckContext): string {
  const found = valueAt(path, input);
  if (found === undefined) return '';
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean')
    return issue.kind === 'schema' ? ` (found ${kindOf(found)})` : '';
  if (path.some((step) => context.secretKeys?.includes(step)))
    return typeof found === 'string' ? '' : ` (found a ${typeof found})`;
  const shown = typeof found === 'string' ? JSON.stringify(found).replace(USER_INFO, '***@') : String(found);
  return ` (found ${shown})`;
}

function valueAt(path: readonly string[], input: unknown): unknown {
  return path.reduce(
    (found, step) =>
      typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[step] : undefined,
    input,
  );
}

function kindOf(value: unknown): string {
  // `[object Map]`
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return { Null: 'null', Array: 'a list', Object: 'an object', Function: 'a function' }[name] ?? `a ${name}`;
}

/** A name and a password in front of a host or a bucket. */
const USER_INFO = /(?<=\/\/)[^@"]*@|[^/@":\s]+:[^/@"\s]*@/g;

interface Key {
  /** Of the object that it is of: `quirks`. */
  readonly at: string;
  readonly key: string;
}

/** The keys of a schema, and of the objects inside of it. */
function* keysIn(schema: Walked, at = ''): Generator<Key> {
  if (schema.wrapped) yield* keysIn(schema.wrapped, at);
  for (const one of (schema.type === 'union' && schema.options) || []) yield* keysIn(one, at);
  for (const [key, inside] of Object.entries(schema.entries ?? {})) {
    yield { at, key };
    yield* keysIn(inside, at === '' ? key : `${at}.${key}`);
  }
}

/** `; did you mean "region"?`, or what there is to choose from. */
export function suggest(word: string, known: readonly string[], options: { listAll?: boolean } = {}): string {
  const near = nearest(word, known, (one) => one);
  if (near) return `; did you mean "${near.found}"?`;
  return options.listAll && known.length > 0 ? `; allowed: ${[...known].sort().join(', ')}` : '';
}

/** The one whose name is nearest to a word, if it may be meant by it. `disable_batch_delete` is as good as `disableBatchDelete`. */
function nearest<T>(
  word: string,
  known: readonly T[],
  nameOf: (one: T) => string,
): { readonly found: T; readonly distance: number } | undefined {
  return known
    .map((found) => ({
      found,
      distance: leven(folded(word), folded(nameOf(found))),
      length: nameOf(found).length,
    }))
    .filter(({ distance, length }) => distance <= Math.max(1, Math.floor(length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, '');
}
