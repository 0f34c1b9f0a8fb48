import { isWhole, limitOf } from '@store/driver/extend';
import { expectation } from '@store/driver';
import { InvalidArgumentError } from 'commander';
import ms from 'ms';
import { safeParse, type GenericSchema } from 'valibot';

const SIZE_UNITS = ['', 'K', 'M', 'G', 'T', 'P'];

/** Parses an option's value as a whole number in a range. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It takes a whole number, ${range}.`);
  };
}

/** Parses an option's value as a number that a schema takes. */
export function numberOf(schema: GenericSchema): (text: string) => number {
  if (isWhole(schema)) return integer(limitOf(schema, 'min_value') ?? 0, limitOf(schema, 'max_value'));
  return (text) => {
    const value = /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    const { issues } = safeParse(schema, value, { message: expectation });
    if (issues === undefined) return value;
    throw new InvalidArgumentError(`It takes a number; ${issues.map(({ message }) => message).join('; ')}.`);
  };
}

/** `30d`, `12h`, `90s`; in milliseconds. */
export function duration(text: string): number {
  // To some that is a month, to the library a minute: everything would be older than that.
  if (/\dM$/.test(text.trim())) {
    throw new InvalidArgumentError('M may be months or minutes; write 30d or 15m.');
  }
  // The library takes a bare number for milliseconds, which nobody means by `--older-than 30`.
  const value = /^\d+(\.\d+)?\s*[a-z]+$/i.test(text) ? ms(text as ms.StringValue) : undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It takes a duration such as 30d, 12h, 15m or 90s.');
}

/** `10MB`, `1.5GiB`, `1000`; in bytes. Units are powers of 1024. */
export function size(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * 1024 ** SIZE_UNITS.indexOf(unit.toUpperCase()));
  if (number !== '' && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  throw new InvalidArgumentError('It takes a size such as 1000, 10MB or 1.5GiB.');
}

/** A date (its beginning in UTC), or a date and time (with `Z` or an offset, else local), as ISO 8601. */
export function date(text: string): Date {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?$/.exec(text) ?? [];
  const value = day === undefined ? undefined : new Date(text);
  if (value && !Number.isNaN(value.getTime()) && isDay(day)) return value;
  throw new InvalidArgumentError('It takes a date such as 2026-01-31 or 2026-01-31T12:00:00Z.');
}

/** `2026-02-31` is the third of March to `Date`. */
function isDay(day = ''): boolean {
  const value = new Date(day);
  return !Number.isNaN(value.getTime()) && value.toISOString().startsWith(day);
}

/** One `name=value`. */
export function tag(text: string): { readonly name: string; readonly value: string } {
  const at = nameEnd(text);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Collects `name=value` pairs. */
export function pair(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = nameEnd(text);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function nameEnd(text: string): number {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('It takes name=value.');
  return at;
}
