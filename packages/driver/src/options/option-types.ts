import * as v from 'valibot';
import type { Clock } from '../clock.js';

export const flag = () => v.boolean();
export const text = () => v.string();
export const number = () => v.pipe(v.number(), v.finite());
/** A whole number. */
export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max));
export const count = () => integer(0);
export const between = (min: number, max: number) => v.pipe(v.number(), v.minValue(min), v.maxValue(max));
/** Milliseconds. */
export const duration = () => v.pipe(v.number(), v.finite(), v.minValue(0));
export const date = () => v.date();
export const rules = () => v.array(v.string());
export const globs = () => v.union([v.string(), v.array(v.string())]);
export const concurrency = () => integer(1, 1024);
export const rate = () => v.pipe(v.number(), v.finite(), v.gtValue(0));
/** A whole number above 0. */
export const whole = (max = Number.MAX_SAFE_INTEGER) => {
  const expected = 'expected a whole number above 0';
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(1, expected), v.maxValue(max));
};
export const retry = () =>
  plain(
    v.partial(
      v.strictObject({
        maxAttempts: integer(1, 100),
        baseDelayMs: between(1, 60_000),
        maxDelayMs: between(1, 600_000),
        patienceMs: between(0, 86_400_000),
        contactMs: between(1, 86_400_000),
      }),
    ),
  );

export const split = () =>
  plain(v.partial(v.strictObject({ serialPages: whole(), pagesLeft: whole(), pageMs: between(0, 60_000) })));

/** It goes into a header as it is; an empty one would be none. */
export const word = () =>
  v.pipe(v.string(), v.regex(/^[\x20-\x7e]+$/, 'expected printable ASCII characters'));

export const id = () =>
  v.pipe(
    v.string(),
    v.nonEmpty(),
    v.check((value) => value.isWellFormed(), 'expected well-formed Unicode'),
  );

/** An object, which a list is not: Valibot would take it for one without entries. */
export function plain<Schema extends v.GenericSchema>(schema: Schema): Schema {
  const run: Schema['~run'] = (dataset, config) =>
    schema['~run'](Array.isArray(dataset.value) ? { value: null } : dataset, config);
  return { ...schema, '~run': run };
}

/** Values of one type by any name, also by one that Valibot's own records leave out, such as `constructor`. */
export function recordOf<Value>(
  type: v.GenericSchema<Value>,
): v.GenericSchema<Readonly<Record<string, Value>>> {
  const schema = v.record(v.string(), type);
  const run: (typeof schema)['~run'] = (dataset, config) => {
    if (!isRecord(dataset.value)) return schema['~run']({ value: null }, config);
    const entries = Object.fromEntries(Object.keys(dataset.value).map((name) => [name, type]));
    return v.strictObject(entries)['~run'](dataset, config);
  };
  return { ...schema, '~run': run };
}

export const texts = () => recordOf(v.string());

/** Of a map, or a date, nobody would see that it is not one. */
function isRecord(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** What it takes and returns, nobody can check. */
export function callback<Function>(): v.GenericSchema<unknown, Function> {
  return v.custom<Function>((value) => typeof value === 'function', 'expected a function');
}

/** By what it can do: other realms, jsdom among them, have classes of their own. */
export function signal(): v.GenericSchema<AbortSignal> {
  return v.custom<AbortSignal>(
    (value) =>
      hasMethods(value, ['addEventListener', 'removeEventListener']) &&
      typeof Reflect.get(value, 'aborted') === 'boolean',
    'expected an AbortSignal',
  );
}

export function clock(): v.GenericSchema<Clock> {
  return objectWith<Clock>(['now', 'sleep'], 'expected a clock: { now, sleep }');
}

/** @param expected what to say of anything else */
export function objectWith<T>(methods: readonly string[], expected: string): v.GenericSchema<T> {
  return v.custom<T>((value) => hasMethods(value, methods), expected);
}

function hasMethods(value: unknown, names: readonly string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
