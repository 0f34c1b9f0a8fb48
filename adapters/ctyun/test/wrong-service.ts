import { wrongServices } from '@store/conformance';
import { ctyun, ctyunDriver, type CtyunConfig } from '@store/ctyun';

/** ZOS that answers wrongly and has no data plane, for the top of a test file. */
export const useWrongZos = wrongServices({
  adapter: ctyun,
  driver: ctyunDriver,
  config: (port): CtyunConfig => ({
    bucket: 'demo',
    regionId: 'r',
    accessKey: 'AK',
    secretKey: 'SK',
    endpoint: `http://127.0.0.1:${port}`,
  }),
});

/** A success with this `returnObj`, as it is written. */
export function success(returnObj?: string | Buffer): Buffer {
  const inside =
    returnObj === undefined ? [] : [Buffer.from('"returnObj":'), Buffer.from(returnObj), Buffer.from(',')];
  return Buffer.concat([Buffer.from('{'), ...inside, Buffer.from('"message":"SUCCESS","statusCode":800}')]);
}
