import { choicesOf } from '@store/driver/extend';
import type { OptionEntry, Spelling } from '@store/driver';
import { InvalidArgumentError, Option } from 'commander';
import type { GenericSchema } from 'valibot';
import { withAlias } from './alias.js';
import { GlobsFile } from './globs-file.js';
import { list } from './list-option.js';
import { date, duration, numberOf, size } from './option-values.js';

/** The flags of a table, in its order. @param headingOf where the help shows those of a group */
export function* flagsOf(
  table: Readonly<Record<string, OptionEntry>>,
  headingOf: (group: Spelling['group']) => string,
): Generator<Option> {
  for (const [name, { cli, type }] of Object.entries(table)) {
    if (!cli) continue;
    const flag = flagOf(name, cli, type());
    const fromFile =
      cli.argument === 'glob' || cli.argument === 'rule'
        ? [new GlobsFile(flag, cli.argument === 'rule')]
        : [];
    for (const option of [...withAlias(flag), ...fromFile]) yield option.helpGroup(headingOf(cli.group));
  }
}

function flagOf(name: string, cli: Spelling, type: GenericSchema): Option {
  const { kind, help, short, argument = kind === 'number' ? 'n' : kind } = cli;
  const flags = `${short === undefined ? '' : `-${short}, `}--${kebab(name)}`;
  if (kind === 'flag') return new Option(flags, help);
  const option = new Option(`${flags} <${argument}>`, kind === 'list' ? `${help}; can be repeated` : help);
  switch (kind) {
    case 'choice':
      return chosen(option, choicesOf(type), cli.otherwise);
    case 'number':
      return option.argParser(numberOf(type));
    case 'list':
      return option.argParser(list);
    case 'duration':
      return option.argParser(duration);
    case 'size':
      return option.argParser(size);
    case 'date':
      return option.argParser(date);
    case 'text':
      return option;
  }
}

function chosen(option: Option, choices: readonly string[], otherwise: string | undefined): Option {
  return option.choices(choices).argParser((text) => {
    if (choices.includes(text)) return text;
    const hint = otherwise === undefined ? '' : `; ${otherwise}`;
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}${hint}.`);
  });
}

/** `olderThan` is spelt `older-than`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
