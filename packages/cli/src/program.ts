import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { list } from './list-option.js';
import type { Output } from './output.js';

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

/** The `store` command, without its subcommands. */
export function buildProgram(output: Output): Command {
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
