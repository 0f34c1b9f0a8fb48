import type { Command } from 'commander';

/**
 * A command that help is asked for and that there is not, as words of a command line: commander shows the help of what is above it
 * then, as if all were well. Undefined when there is none.
 */
export function unknownCommand(program: Command, args: readonly string[]): readonly string[] | undefined {
  if (!args.some((arg) => ['-h', '--help', 'help'].includes(arg))) return undefined;
  const path: string[] = [];
  let command = program;
  for (let at = 0; at < args.length && command.commands.length > 0; at++) {
    const arg = args[at] ?? '';
    if (arg.startsWith('-')) {
      // What comes next is its value.
      if (program.options.some(({ long, required }) => long === arg && required)) at++;
    } else if (arg !== 'help') {
      path.push(arg);
      const next = command.commands.find((one) => one.name() === arg);
      if (!next) return path;
      command = next;
    }
  }
  return undefined;
}
