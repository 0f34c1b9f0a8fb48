import { suggest, type AddressSettings, type StoreError } from '@store/driver';

/** What may stand at the end of an address. */
export interface AddressParameter {
  /** The setting that means the same, when it is said beside the address. */
  readonly setting: keyof AddressSettings;
  /** The variables of the environment that it comes from else: the first one that is set. */
  readonly variables?: readonly string[];
  readonly needed?: boolean;
  /** What a value looks like, and how that is said. */
  readonly form: RegExp;
  readonly expected: string;
  /** What it sets in the configuration. */
  readonly sets: (value: string) => Readonly<Record<string, unknown>>;
}

type Parameters = Readonly<Record<string, AddressParameter>>;

const PARAMETERS = /^([^]*)\?([A-Za-z][A-Za-z0-9_-]*=[^?&]*(?:&[A-Za-z][A-Za-z0-9_-]*=[^?&]*)*)$/;

/** A parameter of a name, such as `region`. */
export function wordParameter(
  setting: keyof AddressSettings,
  more: Omit<AddressParameter, 'setting' | 'form' | 'expected'>,
): AddressParameter {
  return { setting, form: /^[\w.-]+$/, expected: 'a name of letters, digits, ".", "_" and "-"', ...more };
}

/** `true` or `false`. */
export function switchParameter(
  setting: keyof AddressSettings,
  sets: (value: boolean) => Readonly<Record<string, unknown>>,
): AddressParameter {
  const expected = 'true or false';
  return { setting, form: /^(?:true|false)$/, expected, sets: (value) => sets(value === 'true') };
}

/** A parameter whose value the adapter checks itself. */
export function textParameter(
  setting: keyof AddressSettings,
  more: Omit<AddressParameter, 'setting' | 'form' | 'expected'>,
): AddressParameter {
  return { setting, form: /./, expected: 'something', ...more };
}

/**
 * Takes the parameters off the end of an address: what is behind its last `?`, where that is `name=value` and more of it
 * between `&`. A key that ends like that is refused, not guessed at, unless a parameter stands behind it.
 */
export function addressParameters(
  address: string,
  known: Parameters,
  refuse: (why: string, shown: string) => StoreError,
): { readonly before: string; readonly given: ReadonlyMap<string, string> } {
  const [, before, text] = PARAMETERS.exec(address) ?? [];
  const given = new Map<string, string>();
  if (before === undefined || text === undefined) return { before: address, given };
  for (const pair of text.split('&')) {
    const name = pair.slice(0, pair.indexOf('='));
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known);
      throw refuse(
        `there is no parameter ${JSON.stringify(name)}${suggest(name, names, { listAll: true })} (credentials come from the ` +
          `environment; a key that ends like this needs a parameter behind it, such as ?${names[0]}=…)`,
        before,
      );
    }
    if (given.has(name)) throw refuse(`the parameter ${name} is there twice`, before);
    given.set(
      name,
      decoded(pair.slice(name.length + 1), () => refuse(`${name} is not percent-encoded rightly`, before)),
    );
  }
  return { before, given };
}

/** A parameter as it stands in an address. */
export function parameterText(name: string, value: string): string {
  return `${name}=${encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%2F', '/')}`;
}

function decoded(text: string, problem: () => StoreError): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw problem();
  }
}
