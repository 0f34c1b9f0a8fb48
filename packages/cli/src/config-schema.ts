import { readFileSync } from 'node:fs';
import type { StoreAdapter } from '@store/core';
import { entrySchema } from '@store/core/config';
import { gatewaySchema } from '@store/gateway';
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';

/** A JSON Schema, draft 07: what editors read best. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
}

/** The JSON Schema of a configuration: a definition for each adapter, chosen by `provider`. */
export interface ConfigSchema extends JsonSchema {
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** Any text with a `${NAME}` in it: nobody knows what it will be. */
const VARIABLE: JsonSchema = { type: 'string', pattern: String.raw`\$\{[^}]*\}` };

/** The schema of configurations that name these adapters. */
export function configSchema(adapters: readonly StoreAdapter[]): ConfigSchema {
  const definitions = Object.fromEntries(adapters.map((adapter) => [adapter.provider, storeSchema(adapter)]));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'The configuration of @store/core and of the store command',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'Where this schema is.' },
      default: {
        type: 'string',
        description: 'The store that is meant when no name is given. Not needed when there is only one.',
      },
      stores: {
        type: 'object',
        description: 'The stores, by the names that they have in addresses.',
        additionalProperties: { $ref: '#/definitions/store' },
      },
      gateway: { ...jsonSchemaOf(gatewaySchema), description: 'What clients of `store serve` sign with.' },
    },
    required: ['stores'],
    additionalProperties: false,
    definitions: { store: chosenBy(Object.keys(definitions)), ...definitions },
  };
}

/** The schema of the adapters that come with the command, with their documentation. */
export function shippedSchema(): ConfigSchema {
  const text = readFileSync(new URL('../schema/store.config.schema.json', import.meta.url), 'utf8');
  // The package's own file.
  return JSON.parse(text) as ConfigSchema;
}

/** The schema, with these adapters too, in place of those of the same provider. */
export function withAdapters(schema: ConfigSchema, adapters: readonly StoreAdapter[]): ConfigSchema {
  const { store: _, ...before } = schema.definitions;
  const { store: __, ...more } = configSchema(adapters).definitions;
  const definitions = { ...before, ...more };
  return { ...schema, definitions: { store: chosenBy(Object.keys(definitions)), ...definitions } };
}

function chosenBy(providers: readonly string[]): JsonSchema {
  return {
    type: 'object',
    required: ['provider'],
    properties: { provider: { enum: providers, description: 'Which adapter.' } },
    allOf: providers.map((provider) => ({
      if: { properties: { provider: { const: provider } }, required: ['provider'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
      then: { $ref: `#/definitions/${provider}` },
    })),
  };
}

function storeSchema({ provider, schema }: StoreAdapter): JsonSchema {
  const own = jsonSchemaOf(schema);
  const common = jsonSchemaOf(entrySchema);
  return {
    ...own,
    properties: { provider: { const: provider }, ...common.properties, ...own.properties },
    required: ['provider', ...(own.required ?? [])],
  };
}

function jsonSchemaOf(type: GenericSchema): JsonSchema {
  const whole: object = toJsonSchema(type, {
    target: 'draft-07',
    typeMode: 'input',
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema, jsonSchema }) => {
      // Functions and the like are for code.
      if (valibotSchema.type === 'custom') return { not: {} };
      const { required, ...rest } = jsonSchema;
      return required?.length === 0 ? rest : jsonSchema;
    },
  });
  // It could be a boolean for some types, none of which is in a configuration.
  const { $schema: _, ...schema } = whole as JsonSchema;
  return inFile(schema);
}

/** As it can stand in a file: without what is for code, and with variables wherever some texts are taken and others not. */
function inFile(schema: JsonSchema): JsonSchema {
  const { anyOf = [] } = schema;
  const choice = isRestricted(schema) ? [schema] : anyOf;
  if (choice.length > 0) {
    return { anyOf: [...choice.map(inFileAlone), ...(choice.some(isRestricted) ? [VARIABLE] : [])] };
  }
  return inFileAlone(schema);
}

function inFileAlone(schema: JsonSchema): JsonSchema {
  if (!schema.properties) return schema;
  const kept = Object.entries(schema.properties).filter(([, inside]) => !('not' in inside));
  return { ...schema, properties: Object.fromEntries(kept.map(([name, inside]) => [name, inFile(inside)])) };
}

function isRestricted(schema: JsonSchema): boolean {
  return schema['type'] === 'string' && ['pattern', 'format', 'enum', 'const'].some((word) => word in schema);
}
