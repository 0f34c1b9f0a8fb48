import { changeRequests } from './client-plugin.js';

const COMMANDS = new Set(['PutObjectCommand', 'UploadPartCommand']);

/** Leaves the body out of the signature: the signer takes a hash that is already there. */
export const unsignedPayload = changeRequests('storeUnsignedPayload', (request, command) => {
  if (COMMANDS.has(command)) request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
});
