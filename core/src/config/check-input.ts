import leven from 'leven';
import type { core, ZodType } from 'zod';
import { StoreError } from '../errors.js';

export interface CheckContext {
  readonly code: 'InvalidArgument' | 'InvalidConfig';
  /** What is checked, for the message: `deletePrefix options`, `stores.china`. */
  readonly what: string;
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
  throw new StoreError(context.code, problems.join('; '));
}

function describe(issue: core.$ZodIssue, input: unknown, schema: ZodType, context: CheckContext): string {
  const path = [context.what, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = [...keysOf(schema), ...(context.otherKeys ?? [])];
    return issue.keys
      .map((key) => `${path}.${key}: unknown key${suggest(key, known, { listAll: issue.path.length === 0 })}`)
      .join('; ');
  }
  const shown = showFound(issue, input, context);
  return `${path}: ${issue.message.replace(/^Invalid input: /, '')}${shown}`;
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
  return ` (found ${JSON.stringify(found)})`;
}

function keysOf(schema: ZodType): string[] {
  const shape: unknown = 'shape' in schema ? schema.shape : undefined;
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
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
