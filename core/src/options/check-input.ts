import leven from 'leven';
import { z, type core, type ZodType } from 'zod';
import { StoreError } from '../errors.js';

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
export function checkInput<T>(schema: ZodType<T>, value: unknown, context: CheckContext): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describe(issue, value, schema, context));
  throw new StoreError(context.code, problems.join('; '), {
    operation: context.options ? context.what : undefined,
  });
}

function describe(issue: core.$ZodIssue, input: unknown, schema: ZodType, context: CheckContext): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => `${unknownKey([...issue.path, key], context)}${hint(key, issue.path, schema, context)}`)
      .join('; ');
  }
  const shown = showFound(issue, input, context);
  return `${place(issue.path, context)}: ${issue.message.replace(/^Invalid input: /, '')}${shown}`;
}

/** What was meant by a key that is not known at its place: another one there, or one that stands somewhere else. */
function hint(key: string, at: readonly PropertyKey[], schema: ZodType, context: CheckContext): string {
  const here = at.map(String).join('.');
  const all = [...keysIn(schema)];
  const known = all.filter(({ path }) => path.join('.') === here).map((one) => one.key);
  if (at.length === 0) known.push(...(context.otherKeys ?? []));
  const elsewhere = nearest(
    key,
    all.filter(({ path }) => path.join('.') !== here),
    (one) => one.key,
  );
  const beside = nearest(key, known, (one) => one);
  if (!elsewhere || (beside && beside.distance <= elsewhere.distance))
    return suggest(key, known, { listAll: true });
  const { path, key: meant } = elsewhere.found;
  const written = [...path, meant].reduceRight(
    (inside, step) => (inside === '' ? `${step}: …` : `${step}: { ${inside} }`),
    '',
  );
  return `; ${meant} belongs ${path.length === 0 ? `to ${context.what} itself` : `in ${path.join('.')}`}: write ${written}`;
}

function unknownKey(path: readonly PropertyKey[], context: CheckContext): string {
  return context.options
    ? `${path.map(String).join('.')}: unknown option of ${context.what}`
    : `${place(path, context)}: unknown key`;
}

function place(path: readonly PropertyKey[], { what, options }: CheckContext): string {
  const steps = path.map(String);
  if (!options) return [what, ...steps].join('.');
  return steps.length === 0 ? `the options of ${what}` : `${steps.join('.')} of ${what}`;
}

function showFound(issue: core.$ZodIssue, input: unknown, context: CheckContext): string {
  let found: unknown = input;
  for (const step of issue.path) {
    found =
      typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[step] : undefined;
  }
  if (found === undefined) return issue.message.includes('received undefined') ? ' (it is missing)' : '';
  if (issue.path.some((step) => context.secretKeys?.includes(String(step)))) return '';
  if (!['string', 'number', 'boolean'].includes(typeof found)) return '';
  return ` (found ${JSON.stringify(found).replace(USER_INFO, '***@')})`;
}

/** A name and a password in front of a host or a bucket. */
const USER_INFO = /[^/@":\s]+:[^/@"\s]*@/g;

/** The keys of a schema, and of the objects inside of it. */
function* keysIn(
  schema: unknown,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; key: string }> {
  for (const { shape } of objectsIn(schema)) {
    for (const [key, inside] of Object.entries(shape)) {
      yield { path, key };
      yield* keysIn(inside, [...path, key]);
    }
  }
}

/** The schema as an object, or those among which there is a choice. */
function objectsIn(schema: unknown): z.ZodObject[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return objectsIn(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(objectsIn);
  return schema instanceof z.ZodObject ? [schema] : [];
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
