import { StoreError } from '../errors.js';
import { checkInput } from './check-input.js';
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
