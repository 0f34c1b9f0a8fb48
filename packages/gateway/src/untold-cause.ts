import { StoreError } from '@store/core';
import { toServiceError } from '@store/s3-server';

/** Longest text in a log, in characters. */
const MAX_LENGTH = 2000;

/** How many errors that caused each other are named. */
const MAX_CAUSES = 5;

/**
 * What a log says about a failure and its client is not told; undefined where the client is told all of it. Errors that nobody
 * foresaw come with the place in the code.
 */
export function untoldCause(error: unknown): string | undefined {
  // Every day's answers.
  if (error instanceof StoreError && (error.code === 'NotFound' || error.code === 'PreconditionFailed'))
    return undefined;
  const texts: string[] = [];
  for (let one = error; one !== undefined && texts.length < MAX_CAUSES; one = causeOf(one)) {
    const text = textOf(one);
    if (!texts.some((before) => before.includes(text))) texts.push(text);
  }
  const told = toServiceError(error).message;
  const whole = texts.join(': ');
  return error instanceof Error && whole === told ? undefined : whole.slice(0, MAX_LENGTH);
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function textOf(error: unknown): string {
  if (error instanceof StoreError) return error.reason;
  if (!(error instanceof Error)) return String(error);
  const system = 'syscall' in error || error.name === 'AbortError' || error.name === 'ServiceError';
  return system ? error.message : (error.stack ?? error.message);
}
