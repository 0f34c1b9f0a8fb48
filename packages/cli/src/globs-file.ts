import { readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';

/** Patterns are written by people. */
const MAX_BYTES = 1024 * 1024;

/** Such as `--exclude-from` beside `--exclude`: the patterns of a file, or its rules (`--filter-from`), added to those that are given. */
export class GlobsFile extends Option {
  readonly #meant: Option;

  /** @param rules a file without any is a mistake: everything would be meant */
  constructor(meant: Option, rules = false) {
    const name = `${meant.long}-from`;
    super(`${name} <file>`);
    this.#meant = meant;
    this.hideHelp();
    meant.description += `; also ${name} FILE`;
    this.argParser((path: string, others: readonly string[] | undefined) => {
      const lines = globsIn(path);
      if (rules && lines.length === 0) throw new InvalidArgumentError('The file has no rule.');
      return [...(others ?? []), ...lines];
    });
  }

  override attributeName(): string {
    return this.#meant.attributeName();
  }
}

/**
 * A pattern on each line, without the blanks around it, as rclone reads such files; empty lines, and those that begin with `#` or `;`, are
 * none. A file without any leaves an empty list: nothing
 * is included, or nothing excluded.
 *
 * @throws InvalidArgumentError for what is no such file
 */
export function globsIn(path: string): readonly string[] {
  let text: string;
  try {
    if (!statSync(path).isFile()) throw new InvalidArgumentError('It is no file.');
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES) throw new InvalidArgumentError(`It is larger than ${MAX_BYTES} bytes.`);
    // Takes the mark away that some editors put in front.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    if (error instanceof TypeError) throw new InvalidArgumentError('The file is no UTF-8.');
    throw new InvalidArgumentError(
      `It cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (text.includes('\0'))
    throw new InvalidArgumentError('The file has a NUL in it, and no pattern has one.');
  return text
    .split(/\r\n?|\n/)
    .map(withoutBlanks)
    .filter((line) => line !== '' && !/^[#;]/.test(line));
}

/** One behind a backslash is meant. */
function withoutBlanks(line: string): string {
  const all = line.trimStart();
  const trimmed = all.trimEnd();
  const [backslashes = ''] = /\\*$/.exec(trimmed) ?? [];
  return backslashes.length % 2 === 1 ? all.slice(0, trimmed.length + 1) : trimmed;
}
