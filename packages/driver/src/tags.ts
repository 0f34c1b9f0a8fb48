import { StoreError } from './errors.js';
import type { Tags } from './objects.js';
import { quoteKey } from './quote-key.js';

/** Refuses tags here, because a service's answer to one without a name is hard to understand. @throws StoreError */
export function checkTags(tags: Tags, operation: string): void {
  const prototype: unknown =
    typeof tags === 'object' && tags !== null ? Object.getPrototypeOf(tags) : undefined;
  if (prototype === undefined || (prototype !== null && Object.getPrototypeOf(prototype) !== null))
    throw new StoreError('InvalidArgument', 'tags are a plain object: { name: text }', { operation });
  for (const [name, value] of Object.entries(tags)) {
    if (name !== '' && isTagText(name) && isTagText(value)) continue;
    const found = typeof value === 'string' ? JSON.stringify({ [name]: value }) : typeof value;
    throw new StoreError(
      'InvalidArgument',
      `a tag is a name and a text without control characters, not ${found} (tag ${quoteKey(name)})`,
      { operation },
    );
  }
}

function isTagText(text: unknown): boolean {
  return typeof text === 'string' && text.isWellFormed() && !/\p{Cc}/u.test(text);
}
