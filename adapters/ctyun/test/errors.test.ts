import { errorOf } from '@store/conformance';
import type { StoreError } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useZos } from './harness.js';

const { driverOn, emulate, storeOn } = useZos();

describe('ctyun: errors', () => {
  const cases: readonly {
    readonly title: string;
    readonly emulator?: Parameters<typeof emulate>[0];
    readonly config?: Parameters<typeof driverOn>[1];
    readonly answer?: { status: number; headers?: Record<string, string>; body?: string };
    readonly code: StoreError['code'];
    readonly says: RegExp;
  }[] = [
    {
      title: 'a wrong secret',
      config: { secretKey: 'SECRET' },
      code: 'AccessDenied',
      says: /signature does not match; are secretKey and eopDate right/,
    },
    {
      title: 'a wrong secret, with HTTP 200',
      emulator: { zos: { quirks: { gatewayStatus: 200 } } },
      config: { secretKey: 'SECRET' },
      code: 'AccessDenied',
      says: /signature does not match/,
    },
    {
      title: 'the other clock',
      config: { eopDate: 'utc' },
      code: 'AccessDenied',
      says: /are secretKey and eopDate right/,
    },
    {
      title: 'an unknown key',
      config: { accessKey: 'X' },
      code: 'AccessDenied',
      says: /does not know this access key/,
    },
    {
      title: 'a wrong region id',
      config: { regionId: 'nowhere' },
      code: 'InvalidConfig',
      says: /does not know this regionId/,
    },
    {
      title: 'a missing bucket',
      config: { bucket: 'nowhere' },
      code: 'NotFound',
      says: /no bucket "nowhere"/,
    },
    {
      title: 'a missing bucket, in other words',
      answer: { status: 200, body: '{"statusCode":900,"message":"not found bucket demo"}' },
      code: 'NotFound',
      says: /no bucket "demo"/,
    },
    {
      title: 'no permission',
      answer: { status: 200, body: '{"statusCode":"900","errorCode":"openapi.userPermission.accessFailed"}' },
      code: 'AccessDenied',
      says: /./,
    },
    {
      title: 'a limit on requests',
      answer: { status: 429, body: '{"statusCode":900,"message":"too many requests"}' },
      code: 'Throttled',
      says: /too many requests/,
    },
    {
      title: 'malformed JSON',
      answer: { status: 200, body: '{"statusCode":800,' },
      code: 'Corrupt',
      says: /something that cannot be read instead of JSON/,
    },
    {
      title: 'HTML',
      answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>SECRET</html>' },
      code: 'Corrupt',
      says: /an HTML page instead of JSON/,
    },
    { title: 'nothing', answer: { status: 200 }, code: 'Corrupt', says: /with nothing instead of JSON/ },
    {
      title: 'another document',
      answer: { status: 200, body: '[1]' },
      code: 'Corrupt',
      says: /another document/,
    },
    {
      title: 'a success of another shape',
      answer: { status: 200, body: '{"statusCode":800,"returnObj":{"contents":[{"key":1}]}}' },
      code: 'Corrupt',
      says: /not as documented: contents\.0\./,
    },
    {
      title: 'the success code of another service',
      answer: { status: 200, body: '{"statusCode":"100000","returnObj":{}}' },
      code: 'Unavailable',
      says: /failed/,
    },
    {
      title: "a proxy's error",
      answer: { status: 502, body: '<html>Bad Gateway' },
      code: 'Unavailable',
      says: /HTTP 502 with an HTML page/,
    },
    {
      title: 'a redirect',
      answer: { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
      code: 'InvalidConfig',
      says: /redirect, which is not followed/,
    },
    {
      title: 'nobody there',
      config: { endpoint: 'http://127.0.0.1:9' },
      code: 'Unavailable',
      says: /connection was refused/,
    },
    {
      title: 'no such host',
      config: { endpoint: 'http://nowhere.invalid' },
      code: 'Unavailable',
      says: /host name/,
    },
  ];
  for (const { title, emulator: options, config, answer, code, says } of cases) {
    it(`says in one line that there is ${title}, and no secret`, async () => {
      const emulator = await emulate(options);
      if (answer) emulator.setFaults({ faults: [{ effect: { answer } }] });
      const error = await errorOf(driverOn(emulator, config).list.page({ prefix: 'p/', maxKeys: 10 }, {}));
      expect(error).to.include({ code, provider: 'ctyun', operation: 'list' });
      expect(error.message).to.match(says).and.not.contain('\n');
      expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.to.contain('SECRET');
    });
  }

  it('says that a request took too long', async () => {
    const emulator = await emulate({ faults: { faults: [{ effect: { hang: true } }] } });
    const error = await errorOf(driverOn(emulator, { timeoutMs: 50 }).read.head({ key: 'k' }, {}));
    expect(error).to.include({ code: 'Timeout', retryable: true, key: 'k' });
  });

  it('ends a listing that repeats itself, goes backwards or does not say how it goes on', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator);
    const entry = (key: string) => ({ key, size: 1, lastModified: '2022-10-18T02:24:40Z' });
    for (const returnObj of [
      { isTruncated: true, nextMarker: 'p/1', contents: [entry('p/1')] },
      { isTruncated: true, nextMarker: 'p/3', contents: [entry('p/2'), entry('p/1')] },
      { isTruncated: true },
      { isTruncated: true, nextMarker: 'p/1', contents: [] },
      { isTruncated: false, contents: [entry('elsewhere/1')] },
    ]) {
      const body = JSON.stringify({ statusCode: 800, returnObj });
      emulator.setFaults({
        faults: [{ operation: 'list-objects', effect: { answer: { status: 200, body } } }],
      });
      const listing = async (): Promise<void> => {
        for await (const _ of store.list('p/'));
      };
      expect((await errorOf(listing())).code, JSON.stringify(returnObj)).to.equal('Corrupt');
    }
  });

  it('refuses a configuration that cannot be used, without showing what is in it', async () => {
    const emulator = await emulate();
    const wrong = { dataPlane: { endpoint: 'SECRET', accessKeyId: 'SECRET' } } as unknown as object;
    const error = await errorOf(storeOn(emulator, wrong));
    expect(error.code).to.equal('InvalidConfig');
    expect(error.message).not.to.contain('SECRET');
  });
});
