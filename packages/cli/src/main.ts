import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { toStoreError, DeletionError, type StoreError } from '@store/core';
import { addCat } from './commands/cat.js';
import { addConfig } from './commands/config.js';
import { addCp } from './commands/cp.js';
import { addDoctor } from './commands/doctor.js';
import { addDu } from './commands/du.js';
import { addExpire } from './commands/expire.js';
import { addGet } from './commands/get.js';
import { addJob } from './commands/job.js';
import { addLs } from './commands/ls.js';
import { addPlan } from './commands/plan.js';
import { addPresign } from './commands/presign.js';
import { addPut } from './commands/put.js';
import { addRestore } from './commands/restore.js';
import { addRm } from './commands/rm.js';
import { addServe } from './commands/serve.js';
import { addStat } from './commands/stat.js';
import { addTags } from './commands/tags.js';
import type { Work } from './context.js';
import { errorDocument, errorText } from './error-text.js';
import { EXIT, exitCodeOfError, type ExitCode } from './exit-codes.js';
import { Interrupt } from './interrupt.js';
import { list } from './option-values.js';
import { Output } from './output.js';
import { reportText } from './report-text.js';
import { Session, type GlobalOptions } from './session.js';
import { WaitNotes } from './wait-notes.js';

/**
 * Runs the command line and resolves to the exit code. Never rejects.
 *
 * @param args without the program's name
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const output = new Output();
  let exitCode: ExitCode = EXIT.complete;
  const program = buildProgram(output);

  const run = async (work: Work): Promise<void> => {
    using interrupt = new Interrupt(output);
    await using session = new Session(
      program.opts<GlobalOptions>(),
      new WaitNotes((line) => output.note(line)),
    );
    exitCode = await work({ output, session, signal: interrupt.signal });
  };
  for (const add of [
    addLs,
    addStat,
    addPut,
    addCat,
    addGet,
    addCp,
    addRm,
    addDu,
    addPresign,
    addTags,
    addRestore,
    addConfig,
    addDoctor,
    addServe,
    addExpire,
    addJob,
    addPlan,
  ]) {
    add(program, run);
  }

  try {
    await program.parseAsync(args, { from: 'user' });
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
    const error = toStoreError(thrown);
    await tellError(output, error, args, program);
    return output.end(exitCodeOfError(error));
  }
}

function buildProgram(output: Output): Command {
  const program = new Command('store');
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return program
    .description(
      'Object stores, whatever the provider. Addresses are STORE:key, with a store of the configuration, or URLs such as file:///directory/key.',
    )
    .version(String(version))
    .option(
      '--config <file>',
      'the configuration (default: $STORE_CONFIG, else the nearest store.config.json)',
    )
    .option('--adapter <module>', 'a module with an adapter that is not bundled; can be repeated', list)
    .option('--debug', 'show where errors come from')
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
    .exitOverride();
}

async function tellError(
  output: Output,
  error: StoreError,
  args: readonly string[],
  program: Command,
): Promise<void> {
  const report = error instanceof DeletionError ? error.report : undefined;
  if (args.includes('--json')) await output.resultJson(errorDocument(error));
  else if (report && report.listed > 0) await output.result(reportText(report));
  output.note(errorText(error, program, program.opts<GlobalOptions>().debug ?? false));
}
