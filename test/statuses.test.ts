// What a status, or an error code, of a service means: the same on every adapter that speaks HTTP.
import { startWrongServer, type WrongAnswer } from '@store/conformance';
import { StoreError, type StoreDriver, type StoreErrorCode } from '@store/core';
import { ctyunDriver } from '@store/ctyun';
import { ossDriver } from '@store/oss';
import { s3Driver, type ProfileName } from '@store/s3';
import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';

/** Reckoned apart from the adapters' own table; what is not here goes by its hundred. */
const MEANING: Readonly<Record<number, StoreErrorCode>> = {
  304: 'PreconditionFailed',
  401: 'AccessDenied',
  403: 'AccessDenied',
  404: 'NotFound',
  405: 'Unsupported',
  408: 'Timeout',
  409: 'Conflict',
  412: 'PreconditionFailed',
  425: 'Unavailable',
  429: 'Throttled',
  501: 'Unsupported',
};

function meaningOf(status: number): StoreErrorCode {
  if (status < 400) return MEANING[status] ?? 'InvalidConfig';
  return MEANING[status] ?? (status < 500 ? 'InvalidArgument' : 'Unavailable');
}

/** Worth another attempt. */
const PASSES = new Set<StoreErrorCode>(['Timeout', 'Conflict', 'Throttled', 'Unavailable']);

/** Codes that all of them have; they say more than the status. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  AccessDenied: 'AccessDenied',
  NoSuchKey: 'NotFound',
  NoSuchBucket: 'NotFound',
  PreconditionFailed: 'PreconditionFailed',
  InternalError: 'Unavailable',
  ServiceUnavailable: 'Unavailable',
  RequestTimeout: 'Timeout',
  NotImplemented: 'Unsupported',
  MethodNotAllowed: 'Unsupported',
};

interface Adapter {
  readonly make: (port: number) => StoreDriver;
  /** The documented body of a refusal with this code. */
  readonly refusal: (code: string) => string;
}

const key = { accessKeyId: 'AK', secretAccessKey: 'SK' };
const xml = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>so it is</Message></Error>`;
const s3 =
  (profile: ProfileName) =>
  (port: number): StoreDriver =>
    s3Driver({
      bucket: 'demo',
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      ...key,
      profile,
      quirks: { forcePathStyle: true },
    });

const ADAPTERS: Readonly<Record<string, Adapter>> = {
  s3: { make: s3('aws'), refusal: xml },
  'CTYUN OOS': { make: s3('ctyun-oos'), refusal: xml },
  oss: {
    make: (port) =>
      ossDriver({
        bucket: 'demo',
        region: 'oss-cn-beijing',
        pathStyle: true,
        endpoint: `http://localhost:${port}`,
        accessKeyId: 'AK',
        accessKeySecret: 'SK',
      }),
    refusal: xml,
  },
  'CTYUN ZOS': {
    make: (port) =>
      ctyunDriver({
        bucket: 'demo',
        regionId: 'r',
        accessKey: 'AK',
        secretKey: 'SK',
        endpoint: `http://127.0.0.1:${port}`,
      }),
    refusal: (code) =>
      JSON.stringify({
        statusCode: 900,
        message: `An error occurred (${code}) when calling the DeleteObject operation: so it is`,
      }),
  },
};

const CALLS: Readonly<Record<string, (driver: StoreDriver) => Promise<unknown> | undefined>> = {
  head: (driver) => driver.read.head({ key: 'k' }, {}),
  delete: (driver) => driver.delete.one({ key: 'k' }, {}),
  'batch delete': (driver) => driver.batch?.delete([{ key: 'k' }], {}),
  listing: (driver) => driver.list.page({ prefix: '', maxKeys: 1 }, {}),
  'reading of rules': (driver) => driver.lifecycle?.get({}),
};

describe('what a status means', () => {
  let next: WrongAnswer = {};
  let close: (() => Promise<void>) | undefined;
  const drivers = new Map<string, StoreDriver>();
  before(async () => {
    const server = await startWrongServer(() => next);
    for (const [name, { make }] of Object.entries(ADAPTERS)) drivers.set(name, make(server.port));
    close = async () => {
      for (const driver of drivers.values()) await driver.close();
      await server[Symbol.asyncDispose]();
    };
  });
  after(async () => close?.());

  async function refused(adapter: string, call: string, answer: WrongAnswer): Promise<StoreError> {
    next = answer;
    const driver = drivers.get(adapter);
    const error: unknown = await Promise.resolve(driver && CALLS[call]?.(driver)).then(
      (value) => `it resolved to ${JSON.stringify(value)}`,
      (thrown: unknown) => thrown,
    );
    if (error instanceof StoreError) return error;
    throw new Error(`${adapter}, ${call}, HTTP ${answer.status}: ${String(error)}`);
  }

  /** What no service documents: these say nothing that the status does not. */
  const SILENT: Readonly<Record<string, (adapter: Adapter) => string>> = {
    nothing: () => '',
    'a page': () => '<html><body>Bad</body></html>',
    'a text': () => 'no',
    'an error of a code that nobody knows': ({ refusal }) => refusal('SomethingElse'),
    'an error that breaks off': () => '<Error><Code>AccessDen',
    JSON: () => '{"error":"no"}',
  };

  async function meansTheSame(status: number, body: string, call: string): Promise<void> {
    for (const [name, adapter] of Object.entries(ADAPTERS)) {
      const answer = {
        status,
        headers: { 'retry-after': '7', location: 'http://127.0.0.1:1/' },
        body: SILENT[body]?.(adapter),
      };
      const error = await refused(name, call, answer);
      const code = meaningOf(status);
      const what = `${name}, ${call}, HTTP ${status}, ${body}: ${error.message}`;
      expect(error.code, what).to.equal(code);
      expect(error, what).to.include({ status, retryAfterMs: 7000, retryable: PASSES.has(code) });
    }
  }

  const bodies = Object.keys(SILENT);
  const calls = Object.keys(CALLS);
  for (const hundred of [300, 400, 500]) {
    it(`is the same on all of them: ${hundred} to ${hundred + 99}`, async () => {
      for (let i = 0; i < 100; i++)
        await meansTheSame(hundred + i, bodies[i % bodies.length] ?? '', calls[i % calls.length] ?? '');
    });
  }

  it('is the same on all of them, with any body', async () => {
    const status = fc.oneof(
      fc.constantFrom(...Object.keys(MEANING).map(Number)),
      fc.integer({ min: 300, max: 599 }),
    );
    await fc.assert(
      fc.asyncProperty(status, fc.constantFrom(...bodies), fc.constantFrom(...calls), meansTheSame),
    );
  });

  it('is said better by a code of the service, on all of them alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(CODES)),
        fc.integer({ min: 400, max: 599 }),
        fc.constantFrom('delete', 'batch delete', 'listing'),
        async (code, status, call) => {
          for (const [name, { refusal }] of Object.entries(ADAPTERS)) {
            const error = await refused(name, call, { status, body: refusal(code) });
            const what = `${name}, ${call}, HTTP ${status}, ${code}: ${error.message}`;
            expect(error, what).to.include({ code: CODES[code], providerCode: code, status });
            expect(error.message, what).not.to.contain('\n');
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});
