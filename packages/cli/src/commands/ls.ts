import { Option, type Command } from 'commander';
import type { CommonPrefix, ObjectInfo, Unnameable, VersionInfo } from '@store/core';
import type { Context, Run } from '../context.js';
import type { ExitCode } from '../exit.js';
import { formatBytes } from '../format.js';
import { displayKey } from '../display-key.js';
import { countLine, stopwatch } from '../progress.js';
import { ListingFilter, listingFlags } from '../listing-filter.js';
import { UnnameableNotes } from '../unnameable-notes.js';

interface LsOptions {
  readonly recursive?: boolean;
  readonly long?: boolean;
  readonly json?: boolean;
  readonly startAfter?: string;
  readonly unordered?: boolean;
  readonly versions?: boolean;
}

type Values = Readonly<Record<string, unknown>>;

const EXAMPLES = `
Examples:
  store ls uploads:                                 objects, and groups up to the next "/"
  store ls -l uploads:logs/2026-
  store ls -r --json uploads:logs/ | store rm --from - --yes uploads:
  store ls -r --exclude 'tmp/' uploads:             as rm -r and cp -r choose
  store ls --versions uploads:logs/
  store ls --retries 0 --timeout 5s uploads:        is it there?
`;

export function addLs(program: Command, run: Run): void {
  const command = program
    .command('ls')
    .addHelpText('after', EXAMPLES)
    .description('list what is under a prefix: objects, and groups up to the next "/"')
    .argument('<address>')
    .option('-r, --recursive', 'all objects, not grouped')
    .option('-l, --long', 'with size and time')
    .option('--start-after <key>', 'begin after this key')
    .addOption(
      new Option('--unordered', 'with -r: in no order, which is faster where there are many').conflicts(
        'startAfter',
      ),
    )
    .addOption(
      new Option(
        '--versions',
        'every version and delete marker, with size, time and id; not grouped',
      ).conflicts(['startAfter', 'unordered']),
    )
    .option('--json', 'one JSON document a line')
    .action((address: string, options: LsOptions & Values) =>
      run((context) => ls(context, address, options)),
    );
  for (const flag of listingFlags()) command.addOption(flag);
}

async function ls(
  { output, session, signal }: Context,
  address: string,
  options: LsOptions & Values,
): Promise<ExitCode> {
  const { store, key } = await session.open(address);
  const { startAfter, unordered = false } = options;
  const unnameable = new UnnameableNotes(output);
  const filter = new ListingFilter(key, options);
  const onUnnameable = (entry: Unnameable): void => {
    if (filter.hasStrange(entry)) unnameable.tell(entry);
  };
  let listed = 0;
  const elapsedMs = stopwatch();
  // Where the list itself is on the terminal, it tells how far it is.
  using _shown = output.oneTerminal
    ? undefined
    : output.show(() => countLine('listed', { count: listed }, elapsedMs(), address));
  if (options.versions) {
    for await (const version of store.listVersions(key, { signal, onUnnameable })) {
      if (!filter.has(version)) continue;
      listed++;
      await (options.json ? output.jsonLine(version) : output.line(versionText(version)));
      if (output.closed) break;
    }
    return unnameable.exitCode;
  }
  const entries = options.recursive
    ? store.list(key, { startAfter, ordered: !unordered, signal, onUnnameable })
    : store.list(key, { delimiter: '/', startAfter, signal, onUnnameable });
  for await (const entry of entries) {
    if (!filter.has(entry)) continue;
    listed++;
    await (options.json ? output.jsonLine(entry) : output.line(entryText(entry, options.long ?? false)));
    if (output.closed) break;
  }
  return unnameable.exitCode;
}

/** A delete marker has no size. */
function versionText({ key, versionId, isLatest, deleteMarker, size, lastModified }: VersionInfo): string {
  const columns = [
    (deleteMarker || size === undefined ? '-' : formatBytes(size)).padStart(10),
    (lastModified?.toISOString() ?? '-').padEnd(24),
    displayKey(versionId).padEnd(32),
    `${isLatest ? 'latest' : 'older'} ${deleteMarker ? 'marker' : 'version'}`.padEnd(14),
    displayKey(key),
  ];
  return columns.join('  ');
}

function entryText(entry: ObjectInfo | CommonPrefix, long: boolean): string {
  const name = displayKey('key' in entry ? entry.key : entry.prefix);
  if (!long) return name;
  if (!('key' in entry)) return `${'-'.padStart(10)}  ${'-'.padEnd(24)}  ${name}`;
  const size = entry.size === undefined ? '-' : formatBytes(entry.size);
  const time = entry.lastModified?.toISOString() ?? '-';
  return `${size.padStart(10)}  ${time.padEnd(24)}  ${name}`;
}
