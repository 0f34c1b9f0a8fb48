import type { Command, Option } from 'commander';
import { PassThrough } from 'node:stream';
import { addAddressFlags } from '#src/address-flags.js';
import { addCommands } from '#src/commands.js';
import { addCommonFlags } from '#src/common-flags.js';
import { Output } from '#src/output.js';
import { buildProgram } from '#src/program.js';

/** Where the page is that the package ships. */
export const MAN_FILE = new URL('../../../man/store.1', import.meta.url);

/** The manual page of the `store` command in man macros, made of its help. */
export async function manPage(): Promise<string> {
  const program = buildProgram(new Output(new PassThrough(), new PassThrough()));
  addCommonFlags(program);
  addAddressFlags(program, []);
  await addCommands(program, [], () => Promise.resolve());
  const description = program.description();
  const lines = [
    '.\\" Made by "npm run man" of the help of the command.',
    '.TH STORE 1 "" "@store/cli" "User Commands"',
    '.SH NAME',
    'store \\- delete everything under a prefix, and the usual object operations, on any store',
    '.SH SYNOPSIS',
    '.B store',
    '[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]',
    '.SH DESCRIPTION',
    text(description),
    ...optionsOf(program, '.SH'),
    '.SH COMMANDS',
    ...visibleCommands(program).flatMap((command) => commandOf(command)),
    ...behind(program, '.SH'),
  ];
  return `${lines.join('\n')}\n`;
}

/** A command, and those below it. */
function commandOf(command: Command): string[] {
  const help = command.createHelp();
  const below = visibleCommands(command);
  return [
    `.SS ${quoted(pathOf(command))}`,
    `.B ${text(help.commandUsage(command))}`,
    '.PP',
    text(sentence(help.commandDescription(command))),
    ...help
      .visibleArguments(command)
      .filter(({ description }) => description !== '')
      .flatMap((argument) => item(`<${help.argumentTerm(argument)}>`, help.argumentDescription(argument))),
    ...optionsOf(command, '.PP'),
    ...behind(command, '.PP'),
    ...below.flatMap(commandOf),
  ];
}

function visibleCommands(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help' && !one.name().startsWith('_'));
}

/** Options under the headings that they have in the help. */
function optionsOf(command: Command, heading: '.SH' | '.PP'): string[] {
  const help = command.createHelp();
  const groups: ReadonlyMap<string, Option[]> = help.groupItems(
    [...command.options],
    help.visibleOptions(command),
    (option) => option.helpGroupHeading ?? 'Options:',
  );
  return Array.from(groups).flatMap(([title, options]) => [
    ...headingOf(title, heading),
    ...options.flatMap((option) => item(help.optionTerm(option), help.optionDescription(option))),
  ]);
}

/** What stands behind the help: examples, exit codes, remarks. */
function behind(command: Command, heading: '.SH' | '.PP'): string[] {
  let whole = '';
  const write = (piece: string): void => {
    whole += `${piece}\n`;
  };
  const plain = command.helpInformation();
  command.configureOutput({ writeOut: write, writeErr: write }).outputHelp();
  const rest = whole.slice(plain.length).trim();
  if (rest === '') return [];
  return rest.split(/\n(?=\S)/).flatMap((block) => {
    const [first = '', ...lines] = block.split('\n').filter((line) => line.trim() !== '');
    // They are the same for each command.
    if (first === 'Exit codes:' && command.parent) return [];
    if (lines.length === 0) return ['.PP', text(first)];
    return [
      ...headingOf(first, heading),
      '.EX',
      ...lines.map((line) => text(line.replace(/^ {2}/, ''))),
      '.EE',
    ];
  });
}

function headingOf(title: string, heading: '.SH' | '.PP'): string[] {
  const name = title.replace(/:$/, '');
  return heading === '.SH' ? [`.SH ${quoted(name.toUpperCase())}`] : ['.PP', `\\fI${text(name)}\\fR`];
}

function item(term: string, description: string): string[] {
  return ['.TP', `\\fB${text(term)}\\fR`, ...(description === '' ? [] : [text(sentence(description))])];
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function sentence(words: string): string {
  const first = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?)]$/.test(first) || first === '' ? first : `${first}.`;
}

/** Text that roff shows as it is: a "-" that can be copied, no requests, no escapes. */
function text(words: string): string {
  const escaped = words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('~', '\\(ti');
  return escaped.replace(/^[ \t]*\n/gm, '').replace(/^(?=[.'])/gm, '\\&');
}

function quoted(words: string): string {
  return `"${text(words).replaceAll('"', '\\(dq')}"`;
}
