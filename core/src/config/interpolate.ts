import { StoreError } from '@store/driver';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${NAME}` in every string of a configuration value by the environment variable of that name;
 * `$${` stands for a literal `${`. A variable that is not set, or empty, is an error, whatever its name:
 * `${constructor}` is no variable.
 *
 * @throws StoreError `InvalidConfig` that names the place and the variable that is not set
 */
export function interpolate(value: unknown, environment: Environment, path: string): unknown {
  if (typeof value === 'string') return interpolateString(value, environment, path);
  if (Array.isArray(value))
    return value.map((item, index) => interpolate(item, environment, `${path}.${index}`));
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, interpolate(item, environment, `${path}.${key}`)]),
    );
  }
  return value;
}

function interpolateString(text: string, environment: Environment, path: string): string {
  return text.replace(/\$\$\{|\$\{([^}]*)\}/g, (match, name: string | undefined) => {
    if (match === '$${') return '${';
    // Only what was set: every object also has a `constructor`, and `process.env` is one.
    const found = Object.hasOwn(environment, name ?? '') ? environment[name ?? ''] : undefined;
    if (found === undefined || found === '') {
      throw new StoreError(
        'InvalidConfig',
        `${path}: the environment variable ${JSON.stringify(name)} is ${found === '' ? 'empty' : 'not set'}`,
      );
    }
    return found;
  });
}
