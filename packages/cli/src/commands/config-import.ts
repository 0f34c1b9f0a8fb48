import { Argument, type Command } from 'commander';
import type { Context, Run } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { EXIT, type ExitCode } from '../exit.js';
import { TOOLS, type Tool } from '../import/tools.js';
import { storesIn, storeToWrite, writeStores, type StoreToWrite } from '../import/write-stores.js';
import { list } from '../list-option.js';

interface ImportOptions {
  readonly from?: string;
  readonly bucket?: readonly string[];
  readonly withSecrets?: boolean;
  readonly force?: boolean;
}

export function addConfigImport(config: Command, run: Run): void {
  config
    .command('import')
    .description("write stores from another tool's configuration into this one")
    .addArgument(new Argument('<tool>', 'whose configuration').choices(TOOLS))
    .option('--from <file>', 'the file (default: where the tool looks for it)')
    .option('--bucket <name=bucket>', 'the bucket of a remote, profile or alias; can be repeated', list)
    .option('--with-secrets', 'write the keys too, not the names of variables for them')
    .option('--force', 'replace stores of the same name')
    .action((tool: Tool, options: ImportOptions) => run((context) => importStores(context, tool, options)));
}

async function importStores(
  { output, session }: Context,
  tool: Tool,
  { from, bucket = [], withSecrets = false, force = false }: ImportOptions,
): Promise<ExitCode> {
  const { storesOfTool } = await import('../import/tool-files.js');
  const { path, found } = await storesOfTool(tool, from);
  const buckets = bucketsOf(bucket);
  const usable = found.flatMap((one) => ('why' in one ? [] : [one]));
  for (const one of found) {
    if ('why' in one) output.note(`skipped ${one.name}: ${one.why}`);
  }
  const names = usable.map(({ name }) => name);
  for (const name of buckets.keys()) {
    if (!names.includes(name))
      throw new UsageError(
        `${path} has no ${JSON.stringify(name)} that can be used; it has ${names.join(', ') || 'none'}`,
      );
  }
  if (buckets.size === 0) {
    throw new UsageError(
      names.length === 0
        ? `${path} has nothing that can be used`
        : `a store is one bucket, which ${path} does not name: say --bucket NAME=BUCKET for each that you want of ${names.join(', ')}`,
    );
  }

  const place = await session.configOrPlace();
  const there = storesIn(place);
  const toWrite: StoreToWrite[] = [];
  for (const one of usable) {
    const its = buckets.get(one.name);
    if (its === undefined) {
      output.note(`skipped ${one.name}: no --bucket for it`);
      continue;
    }
    if (there.includes(one.name) && !force) {
      throw new UsageError(`there is a store ${JSON.stringify(one.name)} already; --force replaces it`);
    }
    const written = storeToWrite({ ...one, entry: { ...one.entry, bucket: its } }, withSecrets);
    await session.checkEntry(written.name, written.entry, written.variables);
    const clash = toWrite.find((other) => isSame(other, written));
    if (clash)
      throw new UsageError(`${path} has two that would be ${one.name}, or have variables of one name`);
    toWrite.push(written);
    if (one.left.length > 0) output.note(`${one.name}: not taken over: ${one.left.join(', ')}`);
  }

  await writeStores({ output }, place, toWrite, withSecrets);
  if (tool === 'aws' && from !== undefined)
    output.note(`store: profiles are looked for in $AWS_CONFIG_FILE, so set it to ${path}`);
  return EXIT.complete;
}

function isSame(one: StoreToWrite, other: StoreToWrite): boolean {
  return (
    one.name === other.name || Object.keys(one.variables).some((name) => Object.hasOwn(other.variables, name))
  );
}

function bucketsOf(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const at = text.lastIndexOf('=');
      if (at <= 0) throw new UsageError(`--bucket ${JSON.stringify(text)}: write NAME=BUCKET`);
      return [text.slice(0, at), text.slice(at + 1)] as const;
    }),
  );
}
