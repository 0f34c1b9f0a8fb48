import { StoreError } from '../errors.js';
import { checkInput, suggest } from './check-input.js';
import { OPTIONS, type OptionedMethod } from './option-shapes.js';

/**
 * Refuses options that are misspelt or of the wrong type, before anything is done: `{ dryrun: true }` must not delete
 * anything. Returns a copy: what a caller changes afterwards, for the next call, is nothing to this one.
 *
 * @throws StoreError `InvalidArgument` that names the option and the method, with the option that was meant
 */
export function checkOptions<T extends object>(method: OptionedMethod, options: T): T {
  const what = { code: 'InvalidArgument', what: method, options: true } as const;
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  // What is no object at all is refused by the schema.
  if (!isObject || isPlain(options)) {
    const copy = isObject ? { ...options } : options;
    checkInput(OPTIONS[method], copy, what);
    return copy;
  }
  throw new StoreError('InvalidArgument', `the options of ${method} are a plain object: { name: value }`, {
    operation: method,
  });
}

/** Of a map, an instance or an object with hidden properties, nobody would see what it lacks. */
function isPlain(options: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(options);
  const known = prototype === null || Object.getPrototypeOf(prototype) === null;
  return known && Reflect.ownKeys(options).length === Object.keys(options).length;
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
