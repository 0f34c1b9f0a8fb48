import { CREDENTIALS, firstPrefix, NotHere, REGION, s3Endpoint, type Prepare } from './contestant.js';

/** `removeAll`. Its native part is there for some machines only. */
export const prepare: Prepare = async (target) => {
  const { Operator } = await import('opendal').catch((error: unknown) => {
    throw new NotHere(`opendal does not load: ${String(error)}`);
  });
  const operator = new Operator('s3', {
    root: '/',
    bucket: target.bucket,
    endpoint: s3Endpoint(target),
    region: REGION,
    access_key_id: CREDENTIALS.accessKeyId,
    secret_access_key: CREDENTIALS.secretAccessKey,
  });
  return async () => {
    await operator.removeAll(firstPrefix(target));
    return undefined;
  };
};
