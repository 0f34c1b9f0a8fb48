import type { ClientPlugin } from './client-plugin.js';
import { isHttpRequest } from './http-message.js';

const COMMANDS = new Set(['PutObjectCommand', 'UploadPartCommand']);

/** Leaves the body out of the signature: the signer takes a hash that is already there. */
export const unsignedPayload: ClientPlugin = {
  applyToStack(stack) {
    stack.add(
      (next, context) => async (args) => {
        const { request } = args;
        if (COMMANDS.has(String(context['commandName'])) && isHttpRequest(request)) {
          request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
        }
        return next(args);
      },
      { step: 'build', priority: 'low', name: 'storeUnsignedPayload' },
    );
  },
};
