import type { StoreErrorCode } from '@store/core';

export interface NetworkFailure {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** The system's own name, such as `ECONNRESET`. */
  readonly providerCode: string;
}

/** Errors of sockets, of name lookups and of answers that break off. */
const MESSAGES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused; is the endpoint right, and is the service running?',
  ENOTFOUND: 'the host name is not known; are endpoint and region right?',
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNRESET: 'the connection was reset',
  ECONNABORTED: 'the connection was closed in the middle of the answer',
  EPIPE: 'the connection was closed while sending',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};

/** What Node's HTTP parser calls an answer that is no HTTP, such as `HPE_INVALID_CONSTANT`. */
const PARSER = /^HPE_/;

/**
 * A failure of the network by the system's name for it, or undefined when the name stands for something else.
 * All of them can pass, but for a host name that is not known: a wrong name stays wrong.
 */
export function networkFailure(systemName: string | undefined): NetworkFailure | undefined {
  if (systemName === undefined) return undefined;
  const message = MESSAGES[systemName] ?? (PARSER.test(systemName) ? 'the answer is not HTTP' : undefined);
  if (message === undefined) return undefined;
  return {
    code: systemName === 'ETIMEDOUT' ? 'Timeout' : 'Unavailable',
    message,
    retryable: systemName !== 'ENOTFOUND',
    providerCode: systemName,
  };
}
