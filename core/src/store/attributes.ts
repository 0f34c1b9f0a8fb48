import { StoreError } from '../errors.js';
import type { ObjectMetadata } from '../objects.js';
import { headerProblem, portableMetadata } from './metadata.js';

/** The attributes that are headers of HTTP. */
export const HEADERS = ['contentType', 'cacheControl', 'contentDisposition', 'contentEncoding'] as const;

/**
 * What a write attaches to its object, as every provider keeps it: the same is refused and the same read back everywhere.
 * An empty text is as good as none.
 *
 * @throws StoreError `InvalidArgument` that names the attribute
 */
export function portableAttributes<T extends ObjectMetadata>(
  attributes: T,
  operation: string,
  key: string,
): T {
  const headers: Partial<Record<(typeof HEADERS)[number], undefined>> = {};
  for (const name of HEADERS) {
    const text = attributes[name];
    if (text === undefined) continue;
    if (text === '') headers[name] = undefined;
    const problem = headerProblem(text);
    if (problem !== undefined) {
      throw new StoreError('InvalidArgument', `${name}: ${problem}`, { operation, key });
    }
  }
  const { metadata } = attributes;
  return {
    ...attributes,
    ...headers,
    ...(metadata ? { metadata: portableMetadata(metadata, operation, key) } : {}),
  };
}
