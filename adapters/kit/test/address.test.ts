import { StoreError } from '@store/core';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { addressScheme, switchParameter, textParameter, wordParameter } from '#src/index.js';

const shop = addressScheme({
  scheme: 'shop',
  example: 'shop://bucket/key?place=here',
  parameters: {
    place: wordParameter('region', {
      needed: true,
      variables: ['SHOP_PLACE', 'SHOP_OLD_PLACE'],
      sets: (place) => ({ place }),
    }),
    endpoint: textParameter('endpoint', { sets: (endpoint) => ({ endpoint }) }),
    pathStyle: switchParameter('pathStyle', (path) => ({ path })),
  },
  credentials: [
    { needed: { id: 'SHOP_ID' }, optional: { token: 'SHOP_TOKEN' } },
    { needed: { id: 'SHOP_CLOUD_ID' }, optional: { token: 'SHOP_CLOUD_TOKEN' } },
  ],
  fixed: { plane: 'auto' },
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('SHOP_')) delete process.env[name];
});

describe('kit: addresses', () => {
  it('take the key byte for byte, up to the parameters at its end', () => {
    Object.assign(process.env, { SHOP_ID: 'i' });
    expect(shop).to.deep.include({ scheme: 'shop', settings: ['region', 'endpoint', 'pathStyle'] });
    const config = { bucket: 'b', place: 'x-1', id: 'i', plane: 'auto' };
    for (const key of ['', 'a', '/a//b\n?place=y z', '%41?x#y', 'index?id=1'])
      expect(shop.parse(`shop://b/${key}?place=x-1`), key).to.deep.equal({ config, key });
    expect(shop.parse('shop://b/k?endpoint=http://h:1/p%26&pathStyle=true&place=x-1')).to.deep.equal({
      config: { ...config, endpoint: 'http://h:1/p&', path: true },
      key: 'k',
    });
  });

  it('fall back on the environment, and say what is missing there', () => {
    expect(() => shop.parse('shop://b/k')).to.throw(
      StoreError,
      /SHOP_PLACE.* is not set; SHOP_ID is not set$/,
    );
    expect(() => shop.parse('shop:///k')).to.throw(StoreError, 'shop://bucket/key?place=here');
    Object.assign(process.env, { SHOP_OLD_PLACE: 'p', SHOP_ID: 'i', SHOP_TOKEN: 't' });
    const config = { bucket: 'b', place: 'p', id: 'i', token: 't', plane: 'auto' };
    expect(shop.parse('shop://b')).to.deep.equal({ config, key: '' });
    expect(shop.parse('shop://b/k?')).to.deep.equal({ config, key: 'k?' });
  });

  it('never mix the credentials of two places', async () => {
    Object.assign(process.env, { SHOP_PLACE: 'p', SHOP_CLOUD_ID: 'c', SHOP_CLOUD_TOKEN: 'ct' });
    const config = { bucket: 'b', place: 'p', plane: 'auto' };
    expect((await shop.parse('shop://b/')).config).to.deep.equal({ ...config, id: 'c', token: 'ct' });
    process.env['SHOP_ID'] = 'i';
    expect((await shop.parse('shop://b/')).config).to.deep.equal({ ...config, id: 'i' });
    Object.assign(process.env, { SHOP_ID: '', SHOP_TOKEN: 't' });
    expect(() => shop.parse('shop://b/')).to.throw(StoreError, /: SHOP_ID is not set$/);
  });

  it('name a parameter that there is none of, and one that says nothing, without its value', () => {
    Object.assign(process.env, { SHOP_ID: 'i' });
    const why = (address: string): string => {
      try {
        void shop.parse(address);
      } catch (error) {
        if (error instanceof StoreError) return error.message;
      }
      return '';
    };
    expect(why('shop://b/k?plac=x')).to.match(
      /"shop:\/\/b\/k" .*no parameter "plac"; did you mean "place"\?/,
    );
    const secret = why('shop://b/k?place=x&secretKey=WORD');
    expect(secret).to.match(/no parameter "secretKey"; allowed: endpoint, pathStyle, place/);
    expect(secret).not.to.contain('WORD');
    expect(why('shop://b/k?place=')).to.match(/place has to be a name of letters/);
    expect(why('shop://b/k?place=a/b')).to.match(/place has to be a name of letters/);
    expect(why('shop://b/k?place=x&pathStyle=yes')).to.match(/pathStyle has to be true or false/);
    expect(why('shop://b/k?place=x&place=y')).to.match(/place is there twice/);
    expect(why('shop://b/k?place=%')).to.match(/not percent-encoded rightly/);
  });

  it('take what is said beside them, after what they say themselves, and tell the address that has it all', () => {
    Object.assign(process.env, { SHOP_ID: 'i', SHOP_PLACE: 'env' });
    const settings = { region: 'beside', endpoint: 'http://h:1/?&', pathStyle: true };
    const found = shop.parse('shop://b/k?place=x', settings);
    const config = { bucket: 'b', place: 'x', endpoint: 'http://h:1/?&', path: true, id: 'i', plane: 'auto' };
    const address = 'shop://b/k?place=x&endpoint=http://h:1/%3F%26&pathStyle=true';
    expect(found).to.deep.equal({ config, key: 'k', address });
    expect(shop.parse(address)).to.deep.equal({ config, key: 'k' });
    expect(shop.parse('shop://b/k', { region: 'beside' })).to.deep.include({
      address: 'shop://b/k?place=beside',
    });
  });
});
