import { StoreError } from '@store/driver';

/**
 * Refuses the name `__proto__` anywhere in a configuration. `JSON.parse` makes it a property like any other, most of
 * what copies objects leaves it out or takes it for the prototype: what stands under it would be gone without a word.
 *
 * @param path where the value stands, for messages
 * @throws StoreError `InvalidConfig` that names the place
 */
export function refuseProto(value: unknown, path: string): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseProto(item, `${path}.${index}`);
  } else if (typeof value === 'object' && value !== null && isPlain(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') {
        throw new StoreError('InvalidConfig', `${path}.${key}: nothing can have this name`);
      }
      refuseProto(item, `${path}.${key}`);
    }
  }
}

/** Objects of classes, such as credential providers, are left alone. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
