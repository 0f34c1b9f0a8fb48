import { Command } from 'commander';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { addCommands } from '#src/commands.js';
import { addCommonFlags } from '#src/common-flags.js';
import { Place } from './run-store.js';

/** The command line without its work. */
async function buildProgram(write: (text: string) => void): Promise<Command> {
  const program = new Command('store').exitOverride().configureOutput({ writeOut: write, writeErr: write });
  addCommonFlags(program);
  await addCommands(program, [], () => Promise.resolve());
  return program;
}

/** The words of a line of a shell, up to the first pipe, redirection or remark. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ {3,}| [|>]|\)/);
  return Array.from(command.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('the help', () => {
  it('has examples for every command, which are command lines that it takes', async () => {
    const { commands } = await buildProgram(() => undefined);
    expect(commands.length).to.be.above(20);
    for (const command of commands) {
      if (command.name() === '__complete') continue;
      let help = '';
      const program = await buildProgram((text) => (help += text));
      program.commands.find((one) => one.name() === command.name())?.outputHelp();
      const lines = help.split(/^Examples:$/m)[1]?.match(/\bstore [a-z]+ .*$/gm) ?? [];
      const bare = ['resume', 'runs', 'config'].includes(command.name());
      if (!bare) expect(lines, command.name()).not.to.deep.equal([]);
      expect(help, command.name()).to.contain('Examples:');
      for (const line of lines) {
        help = '';
        const fresh = await buildProgram((text) => (help += text));
        await fresh.parseAsync(wordsOf(line).slice(1), { from: 'user' }).catch(() => undefined);
        expect(help, line).to.equal('');
      }
    }
  });

  it('tells the exit codes', async () => {
    await using place = await Place.create();
    expect(await place.output('--help')).to.match(/Exit codes:\n +0 +complete\n/);
  });

  for (const [args, suggestion] of [
    [['lss', '--help'], 'ls'],
    [['-h', 'lss'], 'ls'],
    [['help', 'lss'], 'ls'],
    [['--config', 'x.json', 'resum', '--help'], 'resume'],
    [['job', 'lst', '--help'], 'list'],
  ] as const) {
    it(`says that there is no such command: ${args.join(' ')}`, async () => {
      await using place = await Place.create();
      const { code, stdout, stderr } = await place.run(args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr)
        .to.match(/^store: unknown command '\w+'/)
        .and.contain(`Did you mean ${suggestion}?`);
    });
  }

  it('is there for the commands that there are', async () => {
    await using place = await Place.create();
    for (const args of [
      ['help', 'ls'],
      ['job', 'list', '--help'],
    ]) {
      const { code, stdout } = await place.run(args);
      expect(code, args.join(' ')).to.equal(0);
      expect(stdout).to.match(/^Usage: store (job )?li?s/);
    }
  });
}).timeout(120_000);
