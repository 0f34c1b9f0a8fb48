import { StoreError } from '@store/core';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { addressScheme } from '#src/index.js';

const shop = addressScheme({
  scheme: 'shop',
  example: 'shop://bucket/key?place=here',
  parameter: 'place',
  needed: { place: 'SHOP_PLACE', id: 'SHOP_ID' },
  optional: { token: ['SHOP_TOKEN', 'SHOP_OLD_TOKEN'] },
  fixed: { plane: 'auto' },
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('SHOP_')) delete process.env[name];
});

describe('kit: addresses', () => {
  it('take the key byte for byte, up to the parameter at its end', () => {
    Object.assign(process.env, { SHOP_ID: 'i', SHOP_OLD_TOKEN: 'old' });
    expect(shop.scheme).to.equal('shop');
    const config = { bucket: 'b', place: 'x-1', id: 'i', token: 'old', plane: 'auto' };
    for (const key of ['', 'a', '/a//b\n?place=y z', '%41?x#y'])
      expect(shop.parse(`shop://b/${key}?place=x-1`), key).to.deep.equal({ config, key });
  });

  it('fall back on the environment, and say what is missing there', () => {
    expect(() => shop.parse('shop://b/k')).to.throw(StoreError, 'SHOP_PLACE, SHOP_ID is not set');
    expect(() => shop.parse('shop:///k')).to.throw(StoreError, 'shop://bucket/key?place=here');
    Object.assign(process.env, { SHOP_PLACE: 'p', SHOP_ID: 'i', SHOP_TOKEN: 't', SHOP_OLD_TOKEN: 'old' });
    const config = { bucket: 'b', place: 'p', id: 'i', token: 't', plane: 'auto' };
    expect(shop.parse('shop://b')).to.deep.equal({ config, key: '' });
    expect(shop.parse('shop://b/k?place=')).to.deep.equal({ config, key: 'k?place=' });
  });
});
