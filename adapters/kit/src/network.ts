import {
  restate,
  StoreError,
  toStoreError,
  type StoreErrorCode,
  type StoreErrorDetails,
} from '@store/driver';

export interface NetworkFailure {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** The system's own name, such as `ECONNRESET`. */
  readonly providerCode: string;
  /** There was no answer; see `FailureReason`. */
  readonly unanswered: string;
}

/** What errors of the system say besides. */
interface SystemError extends Error {
  readonly hostname?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
}

interface Known {
  readonly message: string;
  /** What to look at when it was never otherwise. */
  readonly advice: string;
}

/** What to look at where nothing comes back from an address. */
export const NOBODY_THERE = 'is the endpoint right, and does something in between let connections through?';

/** What to look at where a connection is closed without a word. */
export const CLOSED_AT_ONCE = 'is the endpoint right, and is it one of https (or http) as "endpoint" says?';

/** Errors of sockets, of name lookups and of answers that break off. */
const KNOWN: Readonly<Record<string, Known>> = {
  ECONNREFUSED: {
    message: 'the connection was refused',
    advice: 'is the endpoint right, and is the service running?',
  },
  ENOTFOUND: { message: 'the host name is not known', advice: 'are endpoint and region right?' },
  EAI_AGAIN: {
    message: 'the host name could not be looked up',
    advice: 'is the endpoint right, and is there a network and a name server?',
  },
  ECONNRESET: { message: 'the connection was reset', advice: CLOSED_AT_ONCE },
  ECONNABORTED: { message: 'the connection was closed in the middle of the answer', advice: CLOSED_AT_ONCE },
  EPIPE: { message: 'the connection was closed while sending', advice: CLOSED_AT_ONCE },
  ETIMEDOUT: { message: 'the connection timed out', advice: NOBODY_THERE },
  EHOSTUNREACH: { message: 'the host cannot be reached', advice: NOBODY_THERE },
  ENETUNREACH: { message: 'the network cannot be reached', advice: NOBODY_THERE },
};

/** What OpenSSL calls an answer that is no TLS: mostly plain HTTP. */
const NO_TLS = /^(?:EPROTO|ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG))$/;

/** What Node's HTTP parser calls an answer that is no HTTP, such as `HPE_INVALID_CONSTANT`. */
const PARSER = /^HPE_/;

/**
 * A failure of the network by the system's name for it, or undefined when the name stands for something else; with the address
 * that the error itself has.
 * All of them can pass, but for a host name that is not known, and for an endpoint without TLS: what is wrong there stays wrong.
 */
export function networkFailure(systemName: string | undefined, error?: Error): NetworkFailure | undefined {
  if (systemName === undefined) return undefined;
  const known = KNOWN[systemName] ?? wrongProtocol(systemName);
  if (known === undefined) return undefined;
  return {
    code: systemName === 'ETIMEDOUT' ? 'Timeout' : 'Unavailable',
    message: `${known.message}${peerText(error)}`,
    unanswered: known.advice,
    retryable: systemName !== 'ENOTFOUND' && !NO_TLS.test(systemName),
    providerCode: systemName,
  };
}

/** Whom it was about, where the system says that: ` (127.0.0.1:9000)`. */
function peerText(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // Of a name with several addresses, all of which were tried.
  if (error instanceof AggregateError) {
    const tried: readonly unknown[] = error.errors;
    return peerText(tried.find((one) => peerText(one) !== ''));
  }
  const { hostname, address, port }: SystemError = error;
  const host = hostname ?? address;
  if (typeof host !== 'string') return '';
  return ` (${host.includes(':') ? `[${host}]` : host}${typeof port === 'number' ? `:${port}` : ''})`;
}

function wrongProtocol(systemName: string): Known | undefined {
  if (NO_TLS.test(systemName))
    return {
      message: 'the answer is not TLS',
      advice: 'does the endpoint speak http, and "endpoint" say https?',
    };
  if (PARSER.test(systemName))
    return {
      message: 'the answer is not HTTP',
      advice: 'does the endpoint speak https, and "endpoint" say http?',
    };
  return undefined;
}

/** What a socket or its HTTP failed with; an abort and all that is no `Error` as it is. */
export function networkError(thrown: unknown): unknown {
  if (thrown instanceof StoreError || !(thrown instanceof Error) || thrown.name === 'AbortError')
    return thrown;
  const { code: name }: NodeJS.ErrnoException = thrown;
  // Of certificates, of TLS: the system's words are as good as any.
  const { code, message, ...details } = networkFailure(name, thrown) ?? {
    code: 'Unavailable' as const,
    message: thrown.message.split('\n')[0] || 'the request failed',
    providerCode: name,
  };
  return new StoreError(code, message, { ...details, cause: thrown });
}

/** Where a failure came up. */
export interface FailurePlace extends StoreErrorDetails {
  readonly provider: string;
  readonly operation: string;
}

/** Whatever was thrown in the course of a request, in the words of this library. */
export function requestFailure(thrown: unknown, where: FailurePlace): StoreError {
  if (thrown instanceof StoreError) return restate(thrown, where);
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new StoreError('Aborted', `${where.operation} was aborted`, { ...where, cause: thrown });
  return toStoreError(thrown, where);
}
