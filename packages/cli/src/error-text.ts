import { inspect } from 'node:util';
import type { Command } from 'commander';
import {
  DeletionError,
  quoteKey,
  type DeletionFailure,
  type FailureReason,
  type StoreError,
} from '@store/core';
import { TransferError } from '@store/transfer';

/** One line: what, where, what to do. With `debug` there are more: where in the program it came from. */
export function errorText(error: StoreError, program: Command, debug: boolean): string[] {
  const key =
    error.key !== undefined && !error.reason.includes(quoteKey(error.key)) ? quoteKey(error.key) : '';
  const line = `store: ${key === '' ? '' : `${key}: `}${withFlags(error.reason, program)}${factsText(error)}`;
  if (!debug) return [line];
  // Set in, so that a line feed in a message does not begin a line of its own.
  const details = inspect(error, { depth: 5 }).split('\n');
  return [line, ...details.map((detail) => `  ${detail}`)];
}

/** A key that was not deleted, and why, in one line. */
export function failureText({ key, versionId, unnameable, ...reason }: DeletionFailure): string {
  const version = versionId === undefined ? '' : ` (version ${versionId})`;
  return `${unnameable ? key : quoteKey(key)}${version}: ${reasonText(reason)}`;
}

/** What the service says, with what it takes to ask the service about it. */
export function reasonText({
  message,
  ...facts
}: Pick<FailureReason, 'message' | 'providerCode' | 'status' | 'requestId'>): string {
  return `${message}${factsText(facts)}`;
}

function factsText({
  providerCode,
  status,
  requestId,
}: Pick<FailureReason, 'providerCode' | 'status' | 'requestId'>): string {
  const facts = [
    providerCode,
    status === undefined ? undefined : `HTTP ${status}`,
    requestId === undefined ? undefined : `request ${requestId}`,
  ].filter((fact) => fact !== undefined);
  return facts.length > 0 ? ` (${facts.join(', ')})` : '';
}

/** What `--json` prints instead of a result. A run that broke off has its report beside the error. */
export function errorDocument(error: StoreError): object {
  const { code, reason: message, provider, operation, key, providerCode, status, requestId } = error;
  const described = { code, message, provider, operation, key, providerCode, status, requestId };
  const hasReport = error instanceof DeletionError || error instanceof TransferError;
  return { ...(hasReport ? error.report : {}), error: described };
}

/** The library's messages name its options; here they are called as the command calls them. */
function withFlags(message: string, program: Command): string {
  const flags = new Map([
    ['deletePrefix', '"store rm -r"'],
    ['deletePrefixOnFleet', '"store fleet run"'],
    ['expirePrefix', '"store expire"'],
    ['copyPrefix', '"store cp -r"'],
    ['movePrefix', '"store mv -r"'],
    ['syncPrefix', '"store sync"'],
  ]);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    for (const option of command.options) {
      // Only names that are no words of the language.
      const name = option.attributeName();
      if (/[A-Z]/.test(name) && option.long) flags.set(name, option.long);
    }
  }
  return message.replace(/\b[a-z]+[A-Z][A-Za-z]*\b/g, (word) => flags.get(word) ?? word);
}
