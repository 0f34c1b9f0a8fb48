// Compiled, never run: each line under @ts-expect-error has to be an error.
import { defineOptions } from '@store/driver';
import * as v from 'valibot';

interface Options {
  readonly strict?: boolean | undefined;
  readonly below?: number | undefined;
  readonly which?: 'some' | 'all' | undefined;
  readonly days: number;
  readonly onEnd?: ((count: number) => void) | undefined;
}

const strict = { type: () => v.boolean() };
const below = { type: () => v.number() };
const which = { type: () => v.picklist(['some', 'all']) };
const days = { type: () => v.number(), needed: true } as const;
const onEnd = { type: () => v.custom<(count: number) => void>(() => true) };
const all = { strict, below, which, days, onEnd };

export const whole = defineOptions<Options>()('whole', all);
export const withDefault = defineOptions<Options>()('default', {
  ...all,
  which: { ...which, default: 'some' },
});
export const filtering = defineOptions<Options>()('filtering', {
  ...all,
  below: { ...below, filters: 'size', cli: { kind: 'size', help: 'only smaller ones' } },
});

// With a default it is always there; without one it may not be.
export const chosen: 'some' | 'all' = withDefault.check({ days: 1 }).which;
// @ts-expect-error
export const unsure: 'some' | 'all' = whole.check({ days: 1 }).which;

// @ts-expect-error One is missing.
defineOptions<Options>()('missing', { strict, below, which, days });

// @ts-expect-error One is misspelt.
defineOptions<Options>()('misspelt', { strict, below, which, days, onend: onEnd });

// @ts-expect-error There is one more.
defineOptions<Options>()('more', { ...all, verbose: strict });

// @ts-expect-error It is of another type than the option.
defineOptions<Options>()('type', { ...all, strict: { type: () => v.string() } });

const onText = { type: () => v.custom<(text: string) => void>(() => true) };
// @ts-expect-error A callback that is called with something else.
defineOptions<Options>()('callback', { ...all, onEnd: onText });

// @ts-expect-error The interface says that it cannot be left out.
defineOptions<Options>()('needed', { ...all, days: { type: () => v.number() } });

// @ts-expect-error The interface says that it can.
defineOptions<Options>()('optional', { ...all, strict: { ...strict, needed: true } });

// @ts-expect-error No value of the option.
defineOptions<Options>()('value', { ...all, which: { ...which, default: 'none' } });

const cli = { kind: 'size', help: 'only smaller ones' } as const;
// @ts-expect-error Nobody looks at single keys there.
defineOptions<Options>()('server', { ...all, below: { ...below, cli, filters: 'size', serverPrefix: true } });

// @ts-expect-error Who filters by hand has to be able to say so.
defineOptions<Options>()('flag', { ...all, below: { ...below, filters: 'size' } });

// @ts-expect-error A number is not read as a date.
defineOptions<Options>()('kind', { ...all, below: { ...below, cli: { kind: 'date', help: '' } } });

// @ts-expect-error Nor is a text of any kind one of the choices.
defineOptions<Options>()('choice', { ...all, which: { ...which, cli: { kind: 'text', help: '' } } });
