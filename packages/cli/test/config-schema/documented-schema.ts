import { fileURLToPath } from 'node:url';
import { ctyun } from '@store/ctyun';
import { files } from '@store/files';
import { fs } from '@store/fs';
import { memory } from '@store/memory';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import { format } from 'prettier';
import { configSchema, type JsonSchema } from '#src/config-schema.js';
import { readInterfaces, type InterfaceDocs } from './interface-docs.js';

/** The repository. */
const ROOT = new URL('../../../../../', import.meta.url);

/** Where the schema is that the package ships. */
export const SCHEMA_FILE = new URL('packages/cli/schema/store.config.schema.json', ROOT);

const INTERFACES: Readonly<Record<string, string>> = {
  s3: 'S3Config',
  oss: 'OssConfig',
  ctyun: 'CtyunConfig',
  fs: 'FsConfig',
  files: 'FilesConfig',
  memory: 'MemoryConfig',
};

/** The schema of the adapters that come with the command, with the documentation of their interfaces, as it is in its file. */
export async function documentedSchema(): Promise<string> {
  const dirs = [
    'core',
    'packages/driver',
    'packages/engine',
    'packages/gateway',
    'adapters/kit',
    ...Object.keys(INTERFACES).map((name) => `adapters/${name}`),
  ];
  const interfaces = readInterfaces(dirs.map((dir) => fileURLToPath(new URL(`${dir}/dist`, ROOT))));
  const schema = configSchema([s3, oss, ctyun, fs, files, memory]);
  const definitions = Object.entries(schema.definitions).map(([name, definition]) => {
    const docs = interfaces.get(INTERFACES[name] ?? '');
    const common: InterfaceDocs = interfaces.get('CommonEntry') ?? new Map();
    return [
      name,
      docs ? documented(definition, new Map([...common, ...docs]), interfaces) : definition,
    ] as const;
  });
  const { gateway = {}, ...properties } = schema.properties ?? {};
  const whole = {
    ...schema,
    properties: { ...properties, gateway: documented(gateway, interfaces.get('GatewayEntry'), interfaces) },
    definitions: Object.fromEntries(definitions),
  };
  return format(JSON.stringify(whole), { parser: 'json', printWidth: 110 });
}

function documented(
  schema: JsonSchema,
  docs: InterfaceDocs | undefined,
  interfaces: ReadonlyMap<string, InterfaceDocs>,
): JsonSchema {
  if (schema.anyOf) return { ...schema, anyOf: schema.anyOf.map((one) => documented(one, docs, interfaces)) };
  if (!schema.properties || !docs) return schema;
  const properties = Object.entries(schema.properties).map(([name, inside]) => {
    const { doc = '', type = '' } = docs.get(name) ?? {};
    const inner = type.match(/\w+/g)?.find((word) => interfaces.has(word));
    const below = inner === undefined ? inside : documented(inside, interfaces.get(inner), interfaces);
    return [name, doc === '' ? below : { description: doc, ...below }] as const;
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
