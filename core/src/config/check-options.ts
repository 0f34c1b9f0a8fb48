import { StoreError } from '../errors.js';
import { suggest } from '../options/check-input.js';
import type { DefinedOptions } from '../options/define-options.js';
import { OPTIONS, type OptionedMethod } from './option-shapes.js';

/** As `DefinedOptions.check`, of a method that is known by its name. */
export function checkOptions<T extends object>(method: OptionedMethod, options: T): T {
  // The method's own signature says that these are its options.
  return (OPTIONS[method] as unknown as DefinedOptions<T>).check(options);
}

/**
 * As {@link checkOptions}, of names alone, for functions of other packages.
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
