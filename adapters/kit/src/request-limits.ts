import { optionTypes as types } from '@store/driver';
import * as v from 'valibot';

/** What a configuration says about requests over HTTP. */
export interface RequestLimits {
  /** How long a request may take, from its sending to the end of its answer, in milliseconds. Bodies of `get` and `put` may take longer as long as bytes flow. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Most connections to one endpoint. Default 64. */
  readonly maxSockets?: number | undefined;
}

/** The schema of {@link RequestLimits}. */
export const requestLimits = {
  timeoutMs: v.optional(types.integer(1, 3_600_000)),
  maxSockets: v.optional(types.integer(1, 10_000)),
};

/** Slowest transfer that is waited for, in bytes a second, on top of the time-out. */
const SLOWEST_TRANSFER = 64 * 1024;

/** @param bytes that are moved before the answer comes */
export function timeoutOf({ timeoutMs = 60_000 }: RequestLimits, bytes = 0): number {
  return timeoutMs + Math.ceil((bytes / SLOWEST_TRANSFER) * 1000);
}

/** How the agents of a store keep their connections. */
export function keptAlive({ maxSockets = 64 }: RequestLimits) {
  return { keepAlive: true, maxSockets };
}

/** A text that says something. */
export const someText = v.pipe(v.string(), v.nonEmpty());

/** @param example of a URL that is meant */
export function endpointUrl(example: string) {
  const expected = `expected a URL such as ${example}`;
  const isHttp = (text: string): boolean => /^https?:\/\//i.test(text);
  const hasNobody = (text: string): boolean => !URL.canParse(text) || new URL(text).username === '';
  const alone = 'expected a URL without a name and a password: credentials are keys of their own';
  return v.pipe(v.string(), v.trim(), v.url(expected), v.check(isHttp, expected), v.check(hasNobody, alone));
}
