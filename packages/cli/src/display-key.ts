import { quoteKey } from '@store/core';
import { terminalText } from './terminal-text.js';

/** A key as it is, when a terminal shows it as it is; as a JSON string when it would do something else there. */
export function displayKey(key: string): string {
  const plain = terminalText(key) === key && key.trim() === key && !key.startsWith('"');
  return plain ? key : quoteKey(key, Infinity);
}
