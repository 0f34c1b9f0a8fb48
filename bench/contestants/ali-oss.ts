import OSS from 'ali-oss';
import { CREDENTIALS, firstPrefix, NotHere, type Prepare } from './contestant.js';
import { InFlight } from './in-flight.js';

/** The loop that everybody writes with `ali-oss`: pages one after the other, eight `deleteMulti` in flight. */
export const prepare: Prepare = async (target) => {
  const endpoint = target.endpoints.oss?.replace('127.0.0.1', 'localhost');
  if (endpoint === undefined) throw new NotHere('the server has no OSS face');
  const options: OSS.Options & { readonly sldEnable: true } = {
    endpoint,
    region: 'oss-us-east-1',
    bucket: target.bucket,
    accessKeyId: CREDENTIALS.accessKeyId,
    accessKeySecret: CREDENTIALS.secretAccessKey,
    authorizationV4: true,
    // An address without the bucket in front; the types do not have it.
    sldEnable: true,
  };
  const client = new OSS(options);
  return async () => {
    const deletes = new InFlight(8);
    let token: string | undefined;
    do {
      const page = await client.listV2(
        { prefix: firstPrefix(target), 'max-keys': '1000', ...(token && { 'continuation-token': token }) },
        {},
      );
      const names = page.objects?.map(({ name }) => name) ?? [];
      if (names.length > 0) await deletes.start(() => client.deleteMulti(names, { quiet: true }));
      token = page.isTruncated ? page.nextContinuationToken : undefined;
    } while (token !== undefined);
    await deletes.end();
    return undefined;
  };
};
