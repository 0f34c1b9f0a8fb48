import { StoreError, type UrlScheme, type UrlTarget } from '@store/core';

/** How addresses `scheme://bucket/key` become configurations. */
export interface AddressForm {
  readonly scheme: string;
  /** For people. */
  readonly example: string;
  /** The last parameter of an address, `?region=…` at its very end, and the word of the configuration that it sets. */
  readonly parameter?: string;
  /** Words of the configuration and the variables of the environment that they come from, each needed. */
  readonly needed?: Readonly<Record<string, string>>;
  /** The same for words that can be left out; of several variables the first one that is set. */
  readonly optional?: Readonly<Record<string, readonly string[]>>;
  /** The rest of the configuration. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

/** The key is everything behind the bucket (up to the parameter), byte for byte. */
export function addressScheme({ scheme, example, parameter, ...words }: AddressForm): UrlScheme {
  const { needed = {}, optional = {}, fixed = {} } = words;
  const form = new RegExp(`^${scheme}://([^/?]+)(?:/([^]*))?$`);
  const named = new RegExp(`^([^]*)\\?${parameter}=([A-Za-z0-9-]+)$`);
  return {
    scheme,
    parse(address: string): UrlTarget {
      const [, bucket, rest = ''] = form.exec(address) ?? [];
      const [, key = rest, value] = (parameter !== undefined && named.exec(rest)) || [];
      const found = Object.entries(needed).map(([word, variable]) => ({
        word,
        variable,
        value: (word === parameter ? value : undefined) ?? process.env[variable],
      }));
      const unset = found.flatMap((one) => (one.value ? [] : [one.variable]));
      if (bucket === undefined || unset.length > 0) {
        const why =
          bucket === undefined ? `it has to look like ${example}` : `${unset.join(', ')} is not set`;
        const message = `the address ${JSON.stringify(address)} cannot be used: ${why}`;
        throw new StoreError('InvalidArgument', message, { provider: scheme });
      }
      const more = Object.entries(optional).flatMap(([word, variables]) => {
        const one = variables.map((variable) => process.env[variable]).find(Boolean);
        return one === undefined ? [] : [[word, one] as const];
      });
      const given = found.map((one) => [one.word, one.value] as const);
      return { config: { bucket, ...fixed, ...Object.fromEntries([...given, ...more]) }, key };
    },
  };
}
