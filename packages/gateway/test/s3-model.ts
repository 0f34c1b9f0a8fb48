import * as sdk from '@aws-sdk/client-s3';

/** An operation as the model of S3 has it that ships with the SDK. */
export interface ModelledOperation {
  readonly name: string;
  readonly method: string;
  /** With the sub-resource: `/{Key+}?tagging`. */
  readonly uri: string;
  readonly hasBucket: boolean;
  /** Names as on the wire; `x-amz-meta-*` for all with this beginning. */
  readonly headers: readonly string[];
  readonly query: readonly string[];
}

/** The kinds of schemas, by their first element. */
const OPERATION = 9;

export function modelledOperations(): ModelledOperation[] {
  return Object.values<unknown>(sdk).flatMap((schema) => {
    const [kind, , name, traits, input] = listOf(schema);
    if (kind !== OPERATION || typeof name !== 'string') return [];
    const [method, uri] = listOf(propertyOf(traits, 'http'));
    const [, , , , members, types] = listOf(isLazy(input) ? input() : input);
    const bindings = listOf(types).map((type) => listOf(type)[1]);
    const named = (trait: string): string[] =>
      bindings.map((one) => propertyOf(one, trait)).filter((found) => typeof found === 'string');
    return [
      {
        name,
        method: String(method),
        uri: String(uri),
        hasBucket: listOf(members).includes('Bucket'),
        headers: [...named('httpHeader'), ...named('httpPrefixHeaders').map((prefix) => `${prefix}*`)].map(
          (one) => one.toLowerCase(),
        ),
        query: named('httpQuery'),
      },
    ];
  });
}

function isLazy(schema: unknown): schema is () => unknown {
  return typeof schema === 'function';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
