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
    const inside = issue.path.length > 0;
    const known = [...keysOf(schemaAt(schema, issue.path)), ...(inside ? [] : (context.otherKeys ?? []))];
    return issue.keys
      .map((key) => `${unknownKey([...issue.path, key], context)}${suggest(key, known, { listAll: true })}`)
      .join('; ');
  }
  const shown = showFound(issue, input, context);
  return `${place(issue.path, context)}: ${issue.message.replace(/^Invalid input: /, '')}${shown}`;
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

function keysOf(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of what stands at a path; undefined where that is not one object inside of another. */
function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  let found = unwrapped(schema);
  for (const step of path) {
    if (!(found instanceof z.ZodObject)) return undefined;
    found = unwrapped(Reflect.get(found.shape, step));
  }
  return found;
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}

/** `; did you mean "region"?`, or what there is to choose from. */
export function suggest(word: string, known: readonly string[], options: { listAll?: boolean } = {}): string {
  const near = known
    .map((candidate) => ({ candidate, distance: leven(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near) return `; did you mean "${near.candidate}"?`;
  return options.listAll && known.length > 0 ? `; allowed: ${[...known].sort().join(', ')}` : '';
}
