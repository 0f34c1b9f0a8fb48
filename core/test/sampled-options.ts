import { choicesOf } from '@store/driver/extend';
import type { OptionEntry } from '@store/driver';

/** A value for each option of a table, so that tests of all options are tests of a new one too. */
export function sampled<Table extends Readonly<Record<string, OptionEntry>>>(
  table: Table,
): Record<keyof Table, unknown> {
  const values = Object.entries(table).map(([name, entry]) => [name, sampleOf(name, entry)]);
  // One for each entry.
  return Object.fromEntries(values) as Record<keyof Table, unknown>;
}

function sampleOf(name: string, { cli, type }: OptionEntry): unknown {
  switch (cli?.kind) {
    case 'flag':
      return true;
    case 'number':
      return 1;
    case 'duration':
    case 'size':
      return 0;
    case 'date':
      return new Date();
    case 'text':
      return name === 'backup' ? 'bak/' : 'x';
    case 'choice':
      return choicesOf(type())[0];
    case 'list':
      return cli.argument === 'rule' ? ['- *.txt'] : ['*.txt'];
    case undefined:
      return name === 'signal' ? new AbortController().signal : () => undefined;
  }
}
