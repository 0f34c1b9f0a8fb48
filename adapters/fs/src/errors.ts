import { StoreError, type StoreErrorCode } from '@store/driver';
import { diskTrouble } from '@store/driver/extend';

interface Meaning {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: { code: 'AccessDenied', message: 'the file system denies access' },
  EPERM: { code: 'AccessDenied', message: 'the file system does not permit that' },
  ENAMETOOLONG: {
    code: 'InvalidArgument',
    message: 'the path of this key would be too long for the file system; choose a root with a shorter path',
  },
  EMFILE: { code: 'Unavailable', message: 'the process has too many open files' },
  ENFILE: { code: 'Unavailable', message: 'the system has too many open files' },
  EAGAIN: { code: 'Unavailable', message: 'the file system is busy' },
  EBUSY: { code: 'Unavailable', message: 'the file is busy' },
  EIO: { code: 'Unavailable', message: 'the disk reports an error', retryable: false },
  ENOENT: { code: 'NotFound', message: 'there is no such object' },
};

/** What the trouble of a disk is to a caller; the words for it are core's. */
const OF_DISKS: Readonly<Record<string, Omit<Meaning, 'message'>>> = {
  EROFS: { code: 'AccessDenied' },
  ENOSPC: { code: 'Unavailable', retryable: false },
  EDQUOT: { code: 'Unavailable', retryable: false },
  EFBIG: { code: 'Unavailable', retryable: false },
};

function meaningOf(errno: string | undefined, where: string | undefined): Meaning | undefined {
  if (errno === undefined) return undefined;
  const trouble = diskTrouble(errno);
  const ofDisk = OF_DISKS[errno];
  if (trouble === undefined || !ofDisk) return MEANINGS[errno];
  return { ...ofDisk, message: where === undefined ? trouble : `${where}: ${trouble}` };
}

/** The `code` of a system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whatever a file operation threw, in the words of this library. @param where it was done: on a disk that is full, say */
export function translate(
  error: unknown,
  operation: string,
  key?: string,
  provider = 'fs',
  where?: string,
): StoreError {
  if (error instanceof StoreError) return error;
  const errno = errnoOf(error);
  const meaning = meaningOf(errno, where);
  const details = { provider, operation, key, providerCode: errno, cause: error };
  if (meaning) {
    return new StoreError(meaning.code, meaning.message, {
      ...details,
      retryable: meaning.retryable,
    });
  }
  const aborted = error instanceof Error && error.name === 'AbortError';
  const text = error instanceof Error ? error.message : String(error);
  return new StoreError(
    aborted ? 'Aborted' : 'Internal',
    aborted ? `${operation} was aborted` : text,
    details,
  );
}
