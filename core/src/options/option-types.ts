import { z, type ZodType } from 'zod';
import type { Clock } from '../engine/clock.js';

export const flag = () => z.boolean();
export const text = () => z.string();
export const number = () => z.number();
export const count = () => z.int().min(0);
/** Milliseconds. */
export const duration = () => z.number().min(0);
export const texts = () => z.record(z.string(), z.string());
export const globs = () => z.union([z.string(), z.array(z.string())]);
export const concurrency = () => z.int().min(1).max(1024);
export const rate = () => z.number().positive();
/** A whole number above 0. */
export const whole = () => z.int('expected a whole number above 0').min(1, 'expected a whole number above 0');
export const retry = () =>
  z
    .strictObject({
      maxAttempts: z.number().int().min(1).max(100),
      baseDelayMs: z.number().min(1).max(60_000),
      maxDelayMs: z.number().min(1).max(600_000),
      patienceMs: z.number().min(0).max(86_400_000),
    })
    .partial();

/** It goes into a header as it is; an empty one would be none. */
export const word = () => z.string().regex(/^[\x20-\x7e]+$/, 'expected printable ASCII characters');

export const id = () =>
  z
    .string()
    .min(1)
    .refine((value) => value.isWellFormed(), 'expected well-formed Unicode');

/** What it takes and returns, nobody can check. */
export function callback<Function>(): ZodType<Function> {
  return z.custom<Function>((value) => typeof value === 'function', 'expected a function');
}

/** By what it can do: other realms, jsdom among them, have classes of their own. */
export function signal(): ZodType<AbortSignal> {
  return z.custom<AbortSignal>(
    (value) =>
      hasMethods(value, ['addEventListener', 'removeEventListener']) &&
      typeof Reflect.get(value, 'aborted') === 'boolean',
    'expected an AbortSignal',
  );
}

export function clock(): ZodType<Clock> {
  return objectWith<Clock>(['now', 'sleep'], 'expected a clock: { now, sleep }');
}

/** @param expected what to say of anything else */
export function objectWith<T>(methods: readonly string[], expected: string): ZodType<T> {
  return z.custom<T>((value) => hasMethods(value, methods), expected);
}

function hasMethods(value: unknown, names: readonly string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
