import { inspect } from 'node:util';
import type { Command } from 'commander';
import { DeletionError, quoteKey, type StoreError } from '@store/core';

/** One line: what, where, what to do. With `debug` there are more: where in the program it came from. */
export function errorText(error: StoreError, program: Command, debug: boolean): string[] {
  const key =
    error.key !== undefined && !error.message.includes(quoteKey(error.key)) ? quoteKey(error.key) : '';
  const facts = [
    error.providerCode,
    error.status === undefined ? undefined : `HTTP ${error.status}`,
    error.requestId === undefined ? undefined : `request ${error.requestId}`,
  ].filter((fact) => fact !== undefined);
  const where = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  const line = `store: ${key === '' ? '' : `${key}: `}${withFlags(error.message, program)}${where}`;
  if (!debug) return [line];
  // Set in, so that a line feed in a message does not begin a line of its own.
  const details = inspect(error, { depth: 5 }).split('\n');
  return [line, ...details.map((detail) => `  ${detail}`)];
}

/** What `--json` prints instead of a result. A run that broke off has its report beside the error. */
export function errorDocument(error: StoreError): object {
  const { code, message, provider, operation, key, providerCode, status, requestId } = error;
  const described = { code, message, provider, operation, key, providerCode, status, requestId };
  return { ...(error instanceof DeletionError ? error.report : {}), error: described };
}

/** The library's messages name its options; here they are called as the command calls them. */
function withFlags(message: string, program: Command): string {
  const flags = new Map<string, string>();
  for (const command of [program, ...program.commands]) {
    for (const option of command.options) {
      // Only names that are no words of the language.
      const name = option.attributeName();
      if (/[A-Z]/.test(name) && option.long) flags.set(name, option.long);
    }
  }
  return message.replace(/\b[a-z]+[A-Z][A-Za-z]*\b/g, (word) => flags.get(word) ?? word);
}
