import type { Command, Option } from 'commander';
import { displayKey } from './display-key.js';
import type { Session } from './session.js';

/** More than that nobody reads. */
const MOST_KEYS = 200;

export interface Commands {
  /** With the command that the words name. */
  readonly program: Command;
  /** Of all subcommands. */
  readonly names: readonly string[];
}

/** What the last of the words of a command line may go on as. */
export async function* candidates(
  commands: Commands,
  session: Session,
  words: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const begun = words.at(-1) ?? '';
  const fits = (one: string): boolean => one.startsWith(begun);
  const { program } = commands;
  const { command, names } = commandOf(commands, words.slice(0, -1));
  const options = [...program.options, ...(command === program ? [] : command.options)];
  const before = valueOf(options, words.at(-2));
  if (before) return yield* (before.argChoices ?? []).filter(fits);
  if (begun.startsWith('-')) {
    const flags = options.filter(({ hidden }) => !hidden).map(({ long }) => long);
    return yield* [...flags, '--help'].filter((flag) => flag !== undefined).filter(fits);
  }
  if (names) return yield* names.filter(fits);
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  if (choices.length > 0) return yield* choices.filter(fits);
  if (begun.includes(':')) return yield* keys(session, begun, signal);
  const { config } = await session.configuration();
  yield* Object.keys(config.stores)
    .map((name) => `${name}:`)
    .filter(fits);
}

/** The command that words name, and the names of those that may come next. */
function commandOf(
  { program, names }: Commands,
  words: readonly string[],
): { readonly command: Command; readonly names: readonly string[] | undefined } {
  let command = program;
  for (const [at, word] of words.entries()) {
    if (word.startsWith('-') || valueOf(program.options, words[at - 1])) continue;
    command = command.commands.find((one) => one.name() === word) ?? command;
  }
  if (command === program) return { command, names };
  const { commands } = command;
  return { command, names: commands.length > 0 ? commands.map((one) => one.name()) : undefined };
}

/** The option whose value comes behind this word. */
function valueOf(options: readonly Option[], word: string | undefined): Option | undefined {
  if (word === undefined) return undefined;
  return options.find(({ long, short, required }) => required && (long === word || short === word));
}

/** Keys, and groups of them up to the next `/`. What does not stand in an address as it is is left out. */
async function* keys(session: Session, begun: string, signal: AbortSignal): AsyncGenerator<string, void> {
  const { store, key } = await session.open(begun);
  if (!begun.endsWith(key)) return;
  const address = begun.slice(0, begun.length - key.length);
  let count = 0;
  for await (const entry of store.list(key, { delimiter: '/', signal, onUnnameable: () => undefined })) {
    const name = 'key' in entry ? entry.key : entry.prefix;
    if (displayKey(name) === name) yield `${address}${name}`;
    if (++count === MOST_KEYS) return;
  }
}
