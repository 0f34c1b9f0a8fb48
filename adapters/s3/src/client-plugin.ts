import type { S3Client } from '@aws-sdk/client-s3';
import { StoreError } from '@store/driver';

/** Middleware for the SDK's client. */
export type ClientPlugin = Parameters<S3Client['middlewareStack']['use']>[0];

/** The parts of the SDK's HTTP messages that middleware here works with. */
export interface HttpRequest {
  method: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

function isHttpRequest(value: unknown): value is HttpRequest {
  return typeof value === 'object' && value !== null && 'headers' in value && 'hostname' in value;
}

/**
 * Changes requests before they are signed, behind its checksums.
 *
 * @param change gets the name of the command as well
 */
export function changeRequests(
  name: string,
  change: (request: HttpRequest, command: string) => void,
): ClientPlugin {
  return {
    applyToStack(stack) {
      stack.add(
        (next, context) => (args) => {
          const { request } = args;
          if (!isHttpRequest(request)) throw new StoreError('Internal', 'the SDK sent no HTTP request');
          change(request, String(context['commandName']));
          return next(args);
        },
        { step: 'build', priority: 'low', name },
      );
    },
  };
}
