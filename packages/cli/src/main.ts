import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { addAddressFlags } from './address-flags.js';
import { addCommands } from './commands.js';
import { addCommonFlags } from './common-flags.js';
import type { Work } from './context.js';
import { EXIT, type ExitCode } from './exit.js';
import { unknownCommand } from './unknown-command.js';
import { list } from './list-option.js';
import { Output } from './output.js';
import type { GlobalOptions } from './session.js';

const MORE_HELP = `
Examples are in the help of each command: store rm --help
`;

const EXIT_CODES = `
Exit codes:
  0    complete
  1    failed or incomplete, or not confirmed; or the output could not be written
  2    usage or configuration: nothing was done
  130  interrupted
`;

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
    await program.parseAsync(unknownCommand(program, args) ?? args, { from: 'user' });
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

function buildProgram(output: Output): Command {
  const program = new Command('store');
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return program
    .description(
      'Object stores, whatever the provider. Addresses are STORE:key, with a store of the configuration, paths such as ./directory/file, or URLs such as s3://bucket/key.',
    )
    .version(String(version))
    .option(
      '--config <file>',
      'the configuration (default: $STORE_CONFIG, else the nearest store.config.json)',
    )
    .option('--adapter <module>', 'a module with an adapter that is not bundled; can be repeated', list)
    .option('--debug', 'show where errors come from')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => output.print(text.trimEnd().split('\n')),
      writeErr: (text) => output.note(text.trimEnd().split('\n')),
      outputError: (text) =>
        output.note(
          text
            .trim()
            .replace(/^error:/, 'store:')
            .replace(/\s*\n\s*/g, ' '),
        ),
    })
    .addHelpText('after', MORE_HELP)
    .addHelpText('afterAll', EXIT_CODES)
    .exitOverride();
}
