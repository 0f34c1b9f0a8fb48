import { StoreError, type StoreErrorCode } from '@store/core';

interface Meaning {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: { code: 'AccessDenied', message: 'the file system denies access' },
  EPERM: { code: 'AccessDenied', message: 'the file system does not permit that' },
  EROFS: { code: 'AccessDenied', message: 'the file system is read-only' },
  ENOSPC: { code: 'Unavailable', message: 'the disk is full', retryable: false },
  EDQUOT: { code: 'Unavailable', message: 'the disk quota is used up', retryable: false },
  EFBIG: { code: 'InvalidArgument', message: 'the object is larger than the file system allows' },
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

/** The `code` of a system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whatever a file operation threw, in the words of this library. */
export function translate(error: unknown, operation: string, key?: string, provider = 'fs'): StoreError {
  if (error instanceof StoreError) return error;
  const errno = errnoOf(error);
  const meaning = errno === undefined ? undefined : MEANINGS[errno];
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
