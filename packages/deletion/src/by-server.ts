import type { OptionEntry } from '@store/driver';
import { deletePrefixOptions, type DeletePrefixOptions } from './options.js';

/** The names of the options that a service that deletes by prefix cannot honour, because it does not show single keys. */
export function notByServer(options: DeletePrefixOptions): string[] {
  return deletePrefixOptions.names.filter(
    (name) => !isAllowed(deletePrefixOptions.table[name], options[name], options.dryRun ?? false),
  );
}

function isAllowed({ serverPrefix }: OptionEntry, value: unknown, dryRun: boolean): boolean {
  if (value === undefined || value === false || serverPrefix === true) return true;
  return serverPrefix === 'dry-run' ? dryRun : (serverPrefix?.includes(value) ?? false);
}
