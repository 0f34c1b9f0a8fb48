import { checkInput } from './check-input.js';
import { OPTIONS, type OptionedMethod } from './option-shapes.js';

/**
 * Refuses options that are misspelt or of the wrong type, before anything is done: `{ dryrun: true }` must not delete
 * anything.
 *
 * @throws StoreError `InvalidArgument` that names the option and the method, with the option that was meant
 */
export function checkOptions(method: OptionedMethod, options: unknown): void {
  checkInput(OPTIONS[method], options, { code: 'InvalidArgument', what: method, options: true });
}
