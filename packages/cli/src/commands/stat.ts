import type { Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import type { RestoreState } from '@store/core';
import { formatBytes, formatCount } from '../format.js';
import { displayKey } from '../display-key.js';

interface StatOptions {
  readonly json?: boolean;
  readonly versionId?: string;
}

const EXAMPLES = `
Examples:
  store stat uploads:logs/a.txt
  store stat --json s3://bucket/key
`;

export function addStat(program: Command, run: Run): void {
  program
    .command('stat')
    .addHelpText('after', EXAMPLES)
    .description('show what is known about one object')
    .argument('<address>')
    .option('--version-id <id>', 'of this version')
    .option('--json', 'as JSON')
    .action((address: string, { json, versionId }: StatOptions) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.openKey(address);
        const info = await store.head(key, { versionId, signal });
        if (json) {
          await output.resultJson(info);
          return EXIT.complete;
        }
        const { metadata, restore, ...rest } = info;
        const rows: [string, string][] = Object.entries(rest)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name, valueText(name, value)]);
        for (const [name, value] of Object.entries(metadata ?? {})) {
          rows.push([`metadata ${displayKey(name)}`, displayKey(value)]);
        }
        if (restore) rows.push(['restore', restoreText(restore)]);
        const width = Math.max(...rows.map(([name]) => name.length));
        await output.result(rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`));
        return EXIT.complete;
      }),
    );
}

function restoreText({ ongoing, until }: RestoreState): string {
  if (ongoing) return 'on its way';
  return until ? `until ${until.toISOString()}` : 'done';
}

function valueText(name: string, value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (name === 'size' && typeof value === 'number') return `${formatCount(value)} (${formatBytes(value)})`;
  return name === 'etag' ? String(value) : displayKey(String(value));
}
