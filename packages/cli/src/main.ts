import { CommanderError, type Command } from 'commander';
import { addAddressFlags } from './address-flags.js';
import { unbundled } from './bundled-flags.js';
import { addCommands } from './commands.js';
import { addCommonFlags } from './common-flags.js';
import type { Work } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { unknownCommand } from './unknown-command.js';
import { Output } from './output.js';
import { buildProgram } from './program.js';
import type { GlobalOptions } from './session.js';

/**
 * Runs the command line and resolves to the exit code. Never rejects.
 *
 * @param args without the program's name
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const output = new Output();
  let exitCode: ExitCode = EXIT.complete;
  const program = buildProgram(output);

  // What only work needs is loaded for work: `--version` is there at once.
  const run = async (work: Work): Promise<void> => {
    const { perform } = await import('./perform.js');
    const options = { ...program.opts<GlobalOptions>(), words: args };
    exitCode = await perform(work, output, options, commandName(program, args));
  };

  try {
    addCommonFlags(program);
    addAddressFlags(program, args);
    await addCommands(program, args, run);
    await program.parseAsync(unknownCommand(program, args) ?? unbundled(program, args), { from: 'user' });
    return output.end(exitCode);
  } catch (thrown) {
    // Commander has written its message, or the help, already.
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return output.end(EXIT.complete);
      if (args.includes('--json')) {
        const message = thrown.message.replace(/^error: /, '');
        await output.resultJson({ error: { code: 'InvalidArgument', message } });
      }
      return output.end(EXIT.usage);
    }
    const { tellError } = await import('./tell-error.js');
    return output.end(await tellError(output, thrown, args.includes('--json'), program));
  }
}

/** The subcommand's name, without what else is on the command line: that may be secret. */
function commandName(program: Command, args: readonly string[]): string {
  return program.commands.find((command) => args.includes(command.name()))?.name() ?? '';
}
