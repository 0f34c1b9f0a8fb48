import { StoreError } from '../errors.js';
import { suggest } from './check-input.js';

/**
 * Refuses options that are misspelt, by their names alone: for options whose values a package checks itself.
 *
 * @param known every name that there is: one that the interface gains does not compile until it is here
 */
export function checkOptionNames<Options extends object>(
  method: string,
  options: Options | undefined,
  known: Readonly<Record<keyof Options, true>>,
): void {
  const problems = Object.keys(options ?? {})
    .filter((name) => !Object.hasOwn(known, name))
    .map(
      (name) => `${name}: unknown option of ${method}${suggest(name, Object.keys(known), { listAll: true })}`,
    );
  if (problems.length > 0) {
    throw new StoreError('InvalidArgument', problems.join('; '), { operation: method });
  }
}
