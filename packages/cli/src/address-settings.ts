import type { AddressSettings, UrlScheme } from '@store/core';
import { flagOf } from './address-flags.js';
import { UsageError } from './exit-codes.js';

/** The settings that the flags make, without those that were not given. */
export function addressSettings(options: AddressSettings): AddressSettings {
  return Object.fromEntries(namesOf(options).map((name) => [name, options[name]]));
}

/** @throws UsageError when the provider of an address has no use for one that is given */
export function checkAddressSettings(
  address: string,
  { settings = [], scheme }: UrlScheme,
  given: AddressSettings,
): void {
  for (const name of namesOf(given)) {
    if (settings.includes(name)) continue;
    const known = settings.map(flagOf);
    throw new UsageError(
      `${flagOf(name)} says nothing to ${scheme}: addresses such as ${shown(address)}` +
        (known.length === 0 ? '' : `, which take ${known.join(', ')}`) +
        '; when it is for another address, write it there, as ?name=value at the end',
    );
  }
}

/**
 * Of an address that is no bucket's URL: the flags have to be for another one.
 *
 * @param others what else is on the command line
 * @throws UsageError when none of them is one
 */
export function checkSettingsAreForAnother(
  address: string,
  given: AddressSettings,
  others: readonly string[],
): void {
  const [name] = namesOf(given);
  if (name === undefined || others.some((word) => /^(?!file:|fs:|https?:)[a-z][a-z0-9+.-]*:\/\//.test(word)))
    return;
  throw new UsageError(
    `${flagOf(name)} is for addresses such as s3://bucket/key, not for ${shown(address)}: what a store of the configuration needs is set there`,
  );
}

function namesOf(options: AddressSettings): (keyof AddressSettings)[] {
  return (['endpoint', 'region', 'profile', 'service', 'pathStyle'] as const).filter(
    (name) => options[name] !== undefined,
  );
}

/** Without parameters: a secret may have got there. */
function shown(address: string): string {
  return JSON.stringify(address.replace(/\?[^]*$/, ''));
}
