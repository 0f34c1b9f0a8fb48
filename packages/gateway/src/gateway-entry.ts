import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StoreError, type StoreConfig } from '@store/core';
import { checkInput } from '@store/driver';
import { interpolate, type Environment } from '@store/core/config';
import * as v from 'valibot';
import type { GatewayKey } from './rights.js';

/** One pair of keys, as it is configured. */
export interface KeyEntry {
  readonly accessKeyId: string;
  /** Or `secretFile`. */
  readonly secretAccessKey?: string | undefined;
  /** A file that holds the secret and nothing else; relative to the file that names it. */
  readonly secretFile?: string | undefined;
  /** Reads and listings, and nothing else. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Where: `bucket` for all of it, `bucket/prefix` for the keys that begin so. Default: everywhere. */
  readonly within?: readonly string[] | undefined;
}

/** The `gateway` of a configuration: what clients of `store serve` sign with. */
export interface GatewayEntry {
  /** Of a key that may do everything. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** More keys, each with its rights. */
  readonly keys?: readonly KeyEntry[] | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
}

const text = v.pipe(v.string(), v.nonEmpty());

const keySchema: v.GenericSchema<unknown, KeyEntry> = v.strictObject({
  accessKeyId: text,
  secretAccessKey: v.optional(text),
  secretFile: v.optional(text),
  readOnly: v.optional(v.boolean()),
  within: v.optional(v.array(text)),
});

export const gatewaySchema: v.GenericSchema<unknown, GatewayEntry> = v.strictObject({
  accessKeyId: v.optional(text),
  secretAccessKey: v.optional(text),
  keys: v.optional(v.array(keySchema)),
  region: v.optional(text),
});

const fileSchema: v.GenericSchema<unknown, { readonly keys: readonly KeyEntry[] }> = v.strictObject({
  keys: v.array(keySchema),
});

const SECRET_KEYS = ['accessKeyId', 'secretAccessKey'];

/**
 * The keys of the gateway, with what they take from the environment.
 *
 * @param environment where `${NAME}` comes from; default: `process.env`
 * @throws StoreError `InvalidConfig` when there are none, or they cannot be used
 */
export function gatewayEntry(config: StoreConfig, environment: Environment = process.env): GatewayEntry {
  if (config.gateway === undefined) {
    throw invalid(
      'config.gateway is missing: clients need keys to sign with, accessKeyId and secretAccessKey',
    );
  }
  const entry = checked(gatewaySchema, config.gateway, environment, 'config.gateway');
  if ((entry.accessKeyId === undefined) !== (entry.secretAccessKey === undefined))
    throw invalid('config.gateway has one of accessKeyId and secretAccessKey, and needs both');
  entriesOf(entry).forEach((key, i) => checkKey(key, `config.gateway.keys[${i}]`));
  if (entriesOf(entry).length > 0) return entry;
  throw invalid('config.gateway has no keys: write accessKeyId and secretAccessKey, or keys');
}

/**
 * Reads a file of keys: `{ "keys": [{ "accessKeyId": "…", "secretAccessKey": "${NAME}" }] }`.
 *
 * @throws StoreError `InvalidConfig` when it cannot be read, or holds no keys
 */
export async function readKeysFile(
  path: string,
  environment: Environment = process.env,
): Promise<GatewayEntry> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // What is wrong with the text would show the text.
    const why = error instanceof SyntaxError ? 'it is no JSON' : messageOf(error);
    throw invalid(`the keys of ${path} cannot be read: ${why}`);
  }
  if (Array.isArray(value)) throw invalid(`${path} holds a list, and should hold { "keys": [ … ] }`);
  const { keys } = checked(fileSchema, value, environment, path);
  if (keys.length === 0) throw invalid(`${path} has no keys`);
  keys.forEach((key, i) => checkKey(key, `${path}: keys[${i}]`));
  return { keys };
}

/**
 * The keys of an entry with their secrets.
 *
 * @param directory where the names of secrets' files begin
 * @throws StoreError `InvalidConfig` for a file that cannot be read, or is empty
 */
export async function keysOf(entry: GatewayEntry, directory: string): Promise<GatewayKey[]> {
  return Promise.all(
    entriesOf(entry).map(async ({ accessKeyId, secretAccessKey, secretFile, readOnly, within }) => ({
      accessKeyId,
      secretAccessKey: secretAccessKey ?? (await readSecret(resolve(directory, secretFile ?? ''))),
      readOnly,
      within,
    })),
  );
}

function entriesOf({ accessKeyId, secretAccessKey, keys = [] }: GatewayEntry): readonly KeyEntry[] {
  return accessKeyId === undefined ? keys : [{ accessKeyId, secretAccessKey }, ...keys];
}

function checkKey({ secretAccessKey, secretFile }: KeyEntry, what: string): void {
  if ((secretAccessKey === undefined) === (secretFile === undefined))
    throw invalid(`${what} has to have one of secretAccessKey and secretFile`);
}

async function readSecret(path: string): Promise<string> {
  let secret: string;
  try {
    secret = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw invalid(`the secret in ${path} cannot be read: ${messageOf(error)}`);
  }
  if (secret !== '') return secret;
  throw invalid(`${path} is empty, and should hold a secret`);
}

function checked<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  environment: Environment,
  what: string,
): T {
  return checkInput(schema, interpolate(value, environment, what), {
    code: 'InvalidConfig',
    what,
    secretKeys: SECRET_KEYS,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function invalid(message: string): StoreError {
  return new StoreError('InvalidConfig', message);
}
