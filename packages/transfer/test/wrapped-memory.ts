import { Readable } from 'node:stream';
import {
  createObjectStore,
  type GetRequest,
  type GetResult,
  type ObjectStore,
  type StoreDriver,
} from '@store/core';
import { memoryDriver } from '@store/memory';

const RETRY = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 2 };

/** A store in memory with another member or two, and the driver underneath. */
export function wrappedMemory(change: (driver: StoreDriver) => Partial<StoreDriver> = () => ({})): {
  readonly store: ObjectStore;
  readonly driver: StoreDriver;
} {
  const driver = memoryDriver();
  const store = createObjectStore({ ...driver, ...change(driver) }, { retry: RETRY });
  return { store, driver };
}

type Get = (request: GetRequest) => Promise<GetResult>;

/** Something done to what is read. */
export function reading(
  change: (request: GetRequest, get: Get, nth: number) => Promise<GetResult>,
): (driver: StoreDriver) => Partial<StoreDriver> {
  return ({ read }) => {
    let nth = 0;
    return {
      read: { ...read, get: (request, call) => change(request, (wanted) => read.get(wanted, call), ++nth) },
    };
  };
}

/** The body with its bytes changed. */
export async function changedBody(
  { info, body }: GetResult,
  change: (bytes: Buffer) => Buffer,
): Promise<GetResult> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return { info, body: Readable.from([change(Buffer.from(Buffer.concat(chunks)))], { objectMode: false }) };
}

/** The body with its connection cut in the middle. */
export async function cutBody(result: GetResult): Promise<GetResult> {
  const { info, body } = await changedBody(result, (bytes) => bytes.subarray(0, bytes.length / 2));
  async function* cut(): AsyncGenerator<Uint8Array> {
    yield* body as AsyncIterable<Uint8Array>;
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  return { info, body: Readable.from(cut(), { objectMode: false }) };
}
