import type { S3Client } from '@aws-sdk/client-s3';
import { httpRequestOf, type HttpRequest } from './http-message.js';

/** Middleware for the SDK's client. */
export type ClientPlugin = Parameters<S3Client['middlewareStack']['use']>[0];

/**
 * Changes requests behind the SDK's checksums, and before they are signed.
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
          change(httpRequestOf(args), String(context['commandName']));
          return next(args);
        },
        { step: 'build', priority: 'low', name },
      );
    },
  };
}
