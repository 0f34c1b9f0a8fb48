/** What a full disk and its like mean to whoever writes to it, and what to do. */
const DISK_TROUBLES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room there, or write to another one',
  EDQUOT: 'the quota of the disk is used up; make room there, or write to another one',
  EFBIG: 'it would be larger than the file system, or a limit of the process (ulimit -f), allows',
  EROFS: 'the file system is read-only; write to another one',
};

/** In words, why a disk takes no more, by the `code` of a system error; undefined for other errors. */
export function diskTrouble(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(DISK_TROUBLES, code) ? DISK_TROUBLES[code] : undefined;
}

/** Why something could not be done with a file, for a message about that file. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const trouble = diskTrouble(code);
  if (trouble !== undefined) return `${trouble} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
