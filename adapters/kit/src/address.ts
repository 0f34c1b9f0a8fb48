import { StoreError, type AddressSettings, type UrlScheme, type UrlTarget } from '@store/driver';
import { addressParameters, parameterText, type AddressParameter } from './address-parameters.js';

/** Where credentials come from: words of the configuration, and the variables of the environment. */
export interface AddressCredentials {
  readonly needed: Readonly<Record<string, string>>;
  readonly optional?: Readonly<Record<string, string>>;
}

/** How addresses `scheme://bucket/key` become configurations. */
export interface AddressForm {
  readonly scheme: string;
  /** For people. */
  readonly example: string;
  /** What may stand at the end of an address, `?name=value&name=value`, by name. */
  readonly parameters?: Readonly<Record<string, AddressParameter>>;
  /** The first of which any variable is set; the parts of two are never mixed. Without this they are found elsewhere. */
  readonly credentials?: readonly AddressCredentials[];
  /** The rest of the configuration. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

/** The key is everything behind the bucket (up to the parameters), byte for byte. */
export function addressScheme(addressForm: AddressForm): UrlScheme {
  const { scheme, example, parameters = {}, credentials = [], fixed = {} } = addressForm;
  const form = new RegExp(`^${scheme}://([^/?]+)(?:/([^]*))?$`);
  return {
    scheme,
    settings: Object.values(parameters).map(({ setting }) => setting),
    parse(address: string, settings: AddressSettings = {}): UrlTarget {
      // What stands in the parameters is not repeated: somebody may have put a secret there.
      const refuse = (why: string, shown = address): StoreError =>
        new StoreError('InvalidArgument', `the address ${JSON.stringify(shown)} cannot be used: ${why}`, {
          provider: scheme,
        });
      const found = addressParameters(address, parameters, refuse);
      const [, bucket, key = ''] = form.exec(found.before) ?? [];
      if (bucket === undefined) throw refuse(`it has to look like ${example}`, found.before);

      const config: Record<string, unknown> = { bucket, ...fixed };
      const inAddress: string[] = [];
      const unset: string[] = [];
      for (const [name, parameter] of Object.entries(parameters)) {
        const setting = settings[parameter.setting];
        const said = found.given.get(name) ?? (setting === undefined ? undefined : String(setting));
        const { variables = [] } = parameter;
        const value = said ?? variables.map((variable) => process.env[variable]).find(Boolean);
        if (said !== undefined) inAddress.push(parameterText(name, said));
        if (value !== undefined)
          Object.assign(config, parameter.sets(checked(name, value, parameter, refuse)));
        else if (parameter.needed)
          unset.push(
            `there is no --${parameter.setting} or ?${name}=…, and ${variables.join(', ')} is not set`,
          );
      }
      const keys = credentials.find((one) => variablesOf(one).some(isSet)) ?? credentials[0];
      const missing = Object.values(keys?.needed ?? {}).filter((variable) => !isSet(variable));
      if (missing.length > 0) unset.push(`${missing.join(', ')} is not set`);
      if (unset.length > 0) throw refuse(unset.join('; '));
      for (const [word, variable] of Object.entries({ ...keys?.needed, ...keys?.optional }))
        if (isSet(variable)) config[word] = process.env[variable];
      const whole = `${scheme}://${bucket}/${key}?${inAddress.join('&')}`;
      const isSaid = Object.values(settings).some((value) => value !== undefined) && inAddress.length > 0;
      return { config, key, ...(isSaid && { address: whole }) };
    },
  };
}

function checked(
  name: string,
  value: string,
  { form, expected }: AddressParameter,
  refuse: (why: string) => StoreError,
): string {
  if (form.test(value)) return value;
  throw refuse(`${name} has to be ${expected}`);
}

function variablesOf({ needed, optional = {} }: AddressCredentials): string[] {
  return [...Object.values(needed), ...Object.values(optional)];
}

function isSet(variable: string): boolean {
  return Boolean(process.env[variable]);
}
