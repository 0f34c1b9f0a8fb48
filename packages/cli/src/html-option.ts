import { checkOutsideStore, type DeletedFrom } from '@store/journal';
import { Option } from 'commander';
import { STDIO } from './commands/stdio.js';
import type { Context } from './context.js';
import { UsageError } from './exit-codes.js';
import { writeWholeFile } from './write-whole-file.js';

/** What `--html` has: its file, or true at the end of the command line. */
export type HtmlValue = string | true;

/** `--html [file]` of what can be a page, too. */
export function htmlOption(what: string): Option {
  return new Option('--html [file]', `as an HTML page${what}, into a file; - is stdout`);
}

/** Writes a page to where `--html` says, which is not in the store that it is about. */
export async function writePage(
  { output, signal }: Pick<Context, 'output' | 'signal'>,
  from: DeletedFrom,
  page: string,
  file: HtmlValue,
): Promise<void> {
  if (file === true || file === STDIO) return output.result(page.split('\n'));
  await checkOutsideStore(from, file, 'the page of --html');
  await writeWholeFile(file, `${page}\n`, { signal, onWait: (text) => output.note(text) });
}

/**
 * The argument of a command that has `--html`.
 *
 * @param what the argument is, such as `the address`
 * @param usage the command with both, such as `store plan --html FILE ADDRESS`
 * @throws UsageError when there is none, also where `--html` has taken it for its file
 */
export function argumentBesideHtml(
  given: string | undefined,
  html: HtmlValue | undefined,
  { what, usage }: { readonly what: string; readonly usage: string },
): string {
  if (given !== undefined) return given;
  throw new UsageError(
    typeof html === 'string'
      ? `${JSON.stringify(html)} is the file of --html; name ${what} too: ${usage} (FILE is - for stdout)`
      : `name ${what}`,
  );
}
