import { memoryDriver } from '@store/memory';
import { startGateway } from '@store/gateway';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { askGateway, KEYS } from './raw-client.js';

describe('gateway over a store that keeps bytes alone', () => {
  it('takes a type, which every client sends, and refuses what would be lost', async () => {
    const inner = memoryDriver({});
    const driver = { ...inner, write: { ...inner.write, metadata: false } };
    const gateway = await startGateway({ stores: { demo: driver }, credentials: [KEYS] });
    try {
      const put = async (headers: Readonly<Record<string, string>>) =>
        (await askGateway(gateway, { method: 'PUT', path: '/demo/k', headers }, 'x')).status;
      expect(await put({ 'content-type': 'text/plain' })).to.equal(200);
      const { contentType } = await driver.read.head({ key: 'k' }, {});
      expect(contentType).not.to.equal('text/plain');
      for (const name of ['x-amz-meta-a', 'cache-control', 'content-disposition', 'content-encoding'])
        expect(await put({ [name]: 'gzip' }), name).to.equal(501);
    } finally {
      await gateway.close();
      await driver.close();
    }
  });
});
