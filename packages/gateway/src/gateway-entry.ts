import { StoreError, type StoreConfig } from '@store/core';
import { checkInput } from '@store/core/extend';
import { interpolate, type Environment } from '@store/core/extend';
import * as v from 'valibot';

/** The `gateway` of a configuration: what clients of `store serve` sign with. */
export interface GatewayEntry {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
}

const text = v.pipe(v.string(), v.nonEmpty());

export const gatewaySchema: v.GenericSchema<unknown, GatewayEntry> = v.strictObject({
  accessKeyId: text,
  secretAccessKey: text,
  region: v.optional(text),
});

/**
 * The keys of the gateway, with what they take from the environment.
 *
 * @param environment where `${NAME}` comes from; default: `process.env`
 * @throws StoreError `InvalidConfig` when there are none, or they cannot be used
 */
export function gatewayEntry(config: StoreConfig, environment: Environment = process.env): GatewayEntry {
  if (config.gateway === undefined) {
    throw new StoreError(
      'InvalidConfig',
      'config.gateway is missing: clients need keys to sign with, accessKeyId and secretAccessKey',
    );
  }
  return checkInput(gatewaySchema, interpolate(config.gateway, environment, 'config.gateway'), {
    code: 'InvalidConfig',
    what: 'config.gateway',
    secretKeys: ['accessKeyId', 'secretAccessKey'],
  });
}
