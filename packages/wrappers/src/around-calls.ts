import type { DriverCall, StoreDriver } from '@store/driver';

type AnyCall = (...args: never[]) => unknown;

/** The calls of a facet, or the one that stands alone, by their names. */
type NamesIn<Name extends string, Facet> = Facet extends AnyCall
  ? Name
  : Facet extends string
    ? never
    : {
        [Member in keyof Facet & string]: NonNullable<Facet[Member]> extends AnyCall
          ? `${Name}.${Member}`
          : never;
      }[keyof Facet & string];

/** A call of a driver by its place: `list.page`, `delete.one`, `presign`. */
export type CallName = Exclude<
  { [Name in keyof StoreDriver]-?: NamesIn<Name, NonNullable<StoreDriver[Name]>> }[keyof StoreDriver],
  'close'
>;

/** One call of a driver that is about to be made. */
export interface DriverRequest {
  readonly name: CallName;
  /** What it is called with; undefined for `lifecycle.get`, which takes nothing. */
  readonly request: unknown;
  readonly call: DriverCall;
}

/** Does something around a call. `proceed` makes it; what is returned is the call's result. */
export type Around = <Result>(request: DriverRequest, proceed: () => Promise<Result>) => Promise<Result>;

/** The driver with something around each of its calls, those of facets included that the contract gets later. */
export function aroundCalls(driver: StoreDriver, around: Around): StoreDriver {
  const wrap = (value: unknown, name: string): unknown => {
    if (typeof value === 'function') {
      return (...args: unknown[]) => {
        // The last argument of every call; its name is one, because both are made of a driver's members.
        const call = (args.at(-1) ?? {}) as DriverCall;
        const request = { name: name as CallName, request: args.length > 1 ? args[0] : undefined, call };
        return around(request, async () => Reflect.apply(value, undefined, args) as unknown);
      };
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return membersOf(value, (member, one) => wrap(one, `${name}.${member}`));
  };
  // Each member has the type that it had.
  const wrapped = membersOf(driver, (name, member) => wrap(member, name)) as unknown as StoreDriver;
  return { ...wrapped, close: () => driver.close() };
}

function membersOf(object: object, map: (name: string, member: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, map(name, member)]));
}
