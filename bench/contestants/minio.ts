import { Client, type BucketItem } from 'minio';
import { CREDENTIALS, firstPrefix, REGION, s3Endpoint, type Prepare, type Target } from './contestant.js';
import { InFlight } from './in-flight.js';

const BATCH = 1000;

function clientOf(target: Target): Client {
  const { hostname, port } = new URL(s3Endpoint(target));
  return new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: CREDENTIALS.accessKeyId,
    secretKey: CREDENTIALS.secretAccessKey,
    region: REGION,
  });
}

function list(client: Client, target: Target): AsyncIterable<BucketItem> {
  return client.listObjectsV2(target.bucket, firstPrefix(target), true);
}

/** `listObjectsV2` and `removeObjects`, eight of them at once. */
export const deleting: Prepare = async (target) => {
  const client = clientOf(target);
  return async () => {
    const deletes = new InFlight(8);
    let names: string[] = [];
    const remove = async (batch: readonly string[]): Promise<void> => {
      const failed = await client.removeObjects(target.bucket, [...batch]);
      const [first] = failed.filter(Boolean);
      if (first) throw new Error(`${failed.length} keys: ${JSON.stringify(first)}`);
    };
    for await (const { name } of list(client, target)) {
      if (name === undefined) continue;
      names.push(name);
      if (names.length < BATCH) continue;
      const batch = names;
      names = [];
      await deletes.start(() => remove(batch));
    }
    if (names.length > 0) await deletes.start(() => remove(names));
    await deletes.end();
    return undefined;
  };
};

export const listing: Prepare = async (target) => {
  const client = clientOf(target);
  return async () => {
    let listed = 0;
    for await (const _ of list(client, target)) listed++;
    return { listed };
  };
};
