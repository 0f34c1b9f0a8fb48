import { Argument, type Command } from 'commander';
import { COMPLETION_SCRIPTS } from '../completion-scripts.js';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';

const EXAMPLES = `
Examples:
  source <(store completion bash)                   in ~/.bashrc
  source <(store completion zsh)                    in ~/.zshrc, behind compinit
  store completion fish > ~/.config/fish/completions/store.fish
`;

export function addCompletion(program: Command, run: Run): void {
  program
    .command('completion')
    .addHelpText('after', EXAMPLES)
    .description('a script that completes commands, options, stores and keys in a shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(COMPLETION_SCRIPTS)))
    .action((shell: keyof typeof COMPLETION_SCRIPTS) =>
      run(async ({ output }) => {
        await output.result(COMPLETION_SCRIPTS[shell].trimEnd().split('\n'));
        return EXIT.complete;
      }),
    );
}
