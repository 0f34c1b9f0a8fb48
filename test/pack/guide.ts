/** A command of a page, and what the page shows of its output: `…` stands for anything, alone on a line for any lines. */
export interface Command {
  readonly kind: 'command';
  readonly command: string;
  readonly shown: readonly string[];
  readonly exitCode: number;
}

/** A file that the page has its reader write. */
export interface NamedFile {
  readonly kind: 'file';
  readonly name: string;
  readonly text: string;
}

const BLOCK = /^```(\w+)(?: (\S+))?\n(.*?)^```$/gmsu;
const LEFT_OUT = '…';

/**
 * What a reader of a page does, from top to bottom: blocks with the name of a file (`jsonc store.config.json`) are written to
 * it, the commands of `console` are run; `exit-1` behind it says that they end so. What is in other blocks is only looked at.
 */
export function stepsOf(markdown: string): (Command | NamedFile)[] {
  return [...markdown.matchAll(BLOCK)].flatMap(
    ([, language = '', word, text = '']): (Command | NamedFile)[] => {
      if (language === 'console')
        return commandsOf(text, word === undefined ? 0 : Number(word.replace('exit-', '')));
      return word === undefined ? [] : [{ kind: 'file', name: word, text }];
    },
  );
}

function commandsOf(text: string, exitCode: number): Command[] {
  const [, ...parts] = `\n${text}`.split(/^\$ /mu);
  return parts.map((part) => {
    const [command = '', ...shown] = part.trimEnd().split('\n');
    return { kind: 'command', command, shown, exitCode };
  });
}

/** Whether an output is what a page shows of it. */
export function shows(shown: readonly string[], output: string): boolean {
  const quoted = shown.map((line) =>
    line === LEFT_OUT
      ? '(?:.*\\n)*?'
      : `${line
          .split(LEFT_OUT)
          .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'))
          .join('.*')}\\n`,
  );
  return new RegExp(`^${quoted.join('')}$`, 'u').test(
    output === '' || output.endsWith('\n') ? output : `${output}\n`,
  );
}
