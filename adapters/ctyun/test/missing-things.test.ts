import { randomUUID } from 'node:crypto';
import { errorOf } from '@store/conformance';
import type { Emulator } from '@store/emulator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { eopDate, signEop } from '#src/eop-signature.js';
import { useZos } from './harness.js';

const { driverOn, emulate } = useZos();

/** What the service answers to a POST, as it stands there. */
async function post(emulator: Emulator, api: string, body: object): Promise<Record<string, unknown>> {
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = emulator.credential;
  const text = JSON.stringify({ regionID: emulator.regionId, ...body });
  const date = eopDate(Date.now(), 'beijing');
  const requestId = randomUUID();
  const answer = await fetch(`${emulator.endpoints.zos}/v4/oss/${api}`, {
    method: 'POST',
    headers: {
      'ctyun-eop-request-id': requestId,
      'eop-date': date,
      'eop-authorization': signEop({ accessKey, secretKey, requestId, date, query: '', body: text }),
    },
    body: text,
  });
  return (await answer.json()) as Record<string, unknown>;
}

describe('ctyun: what is not there', () => {
  for (const noErrorCode of [false, true]) {
    const told = noErrorCode ? 'by the message alone' : 'with a code of the platform';

    it(`is the same error whatever was asked, ${told}`, async () => {
      const emulator = await emulate({ zos: { quirks: { noErrorCode } } });
      const nowhere = driverOn(emulator, { bucket: 'nowhere' });
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        list: () => nowhere.list.page({ prefix: '', maxKeys: 10 }, {}),
        listVersions: () => nowhere.versions.page({ prefix: '', maxKeys: 10 }, {}),
        listUploads: () => nowhere.uploads.page({ prefix: '', maxUploads: 10 }, {}),
        delete: () => nowhere.delete.one({ key: 'k' }, {}),
        deleteBatch: () => nowhere.batch.delete([{ key: 'k' }], {}),
        getTags: () => nowhere.tags.get({ key: 'k' }, {}),
        setTags: () => nowhere.tags.set({ key: 'k', tags: {} }, {}),
        getLifecycle: () => nowhere.lifecycle.get({}),
      };
      for (const [name, call] of Object.entries(calls)) {
        const error = await errorOf(call());
        expect(error, name).to.include({ code: 'NotFound', providerCode: 'NoSuchBucket', retryable: false });
      }
      // Of a HEAD the answer has no more than the status.
      expect((await errorOf(nowhere.read.head({ key: 'k' }, {}))).code).to.equal('NotFound');
      const demo = driverOn(emulator);
      expect(await errorOf(demo.read.head({ key: 'k' }, {}))).to.include({ code: 'NotFound' });
      const missing = await errorOf(demo.tags.get({ key: 'k' }, {}));
      expect(missing).to.include({ code: 'NotFound', providerCode: 'NoSuchKey' });
    });

    it(`is answered as documented, ${told}`, async () => {
      const emulator = await emulate({ zos: { quirks: { noErrorCode } } });
      for (const [api, body, errorCode] of [
        ['delete-object', { bucket: 'nowhere', key: 'k' }, 'openapi.bucket.notFound'],
        ['abort-multipart-upload', { bucket: 'demo', key: 'k', uploadID: 'u' }, 'openapi.object.notFound'],
        ['delete-objects', { bucket: 'demo', delete: { objects: [] } }, 'openapi.parameter.invalid'],
      ] as const) {
        const answer = await post(emulator, api, body);
        expect(answer, api).to.include({ statusCode: 900 });
        expect(answer['message'], api).to.match(/^An error occurred \(\w+\) when calling/);
        if (noErrorCode) expect(answer, api).to.not.have.any.keys('errorCode', 'error');
        else expect(answer, api).to.include({ errorCode });
      }
      const success = await post(emulator, 'delete-object', { bucket: 'demo', key: 'k' });
      expect(success).to.include({ statusCode: 800 }).and.not.have.property('errorCode');
    });
  }
});
