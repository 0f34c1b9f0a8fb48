import type { Command, Option } from 'commander';

/**
 * `-rv` as `-r -v`: a flag of all commands that stands in one word with those of one command is taken for an unknown one of that command,
 * unless it comes first.
 */
export function unbundled(program: Command, args: readonly string[]): readonly string[] {
  const common = program.options.flatMap(({ short, required }) =>
    short && !required ? [short.slice(1)] : [],
  );
  const end = args.indexOf('--');
  return args.flatMap((word, at) => {
    const isBundle = /^-[A-Za-z0-9]{2,}$/.test(word) && (end < 0 || at < end);
    if (!isBundle || takesValue(program, args[at - 1])) return [word];
    const letters = word.slice(1).split('');
    const own = letters.filter((letter) => !common.includes(letter)).join('');
    const shared = letters.filter((letter) => common.includes(letter)).map((letter) => `-${letter}`);
    return shared.length === 0 ? [word] : [...(own === '' ? [] : [`-${own}`]), ...shared];
  });
}

/** Then what comes behind it is no flag, whatever it looks like. */
function takesValue(program: Command, word: string | undefined): boolean {
  return (
    word !== undefined &&
    optionsOf(program).some(({ long, short, required }) => required && (long === word || short === word))
  );
}

function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...command.commands.flatMap(optionsOf)];
}
