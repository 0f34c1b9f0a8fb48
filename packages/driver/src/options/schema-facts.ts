import type { GenericSchema } from 'valibot';

/** The texts that a choice is among; none of another schema. */
export function choicesOf(schema: GenericSchema): readonly string[] {
  return 'options' in schema && Array.isArray(schema.options) ? schema.options.map(String) : [];
}

/** The limit that a schema of numbers sets with `min_value` or `max_value`. */
export function limitOf(schema: GenericSchema, type: 'min_value' | 'max_value'): number | undefined {
  const found = checksOf(schema).find((check) => check.type === type)?.requirement;
  return typeof found === 'number' ? found : undefined;
}

export function isWhole(schema: GenericSchema): boolean {
  return checksOf(schema).some(({ type }) => type === 'safe_integer');
}

interface Check {
  readonly type: string;
  readonly requirement?: unknown;
}

function checksOf(schema: GenericSchema): readonly Check[] {
  // What a pipe is made of.
  return 'pipe' in schema ? (schema.pipe as readonly Check[]) : [];
}
