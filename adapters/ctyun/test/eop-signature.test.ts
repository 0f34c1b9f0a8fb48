import { expect } from 'chai';
import { describe, it } from 'mocha';
import { encodeQuery, eopDate, signEop } from '#src/eop-signature.js';

const KEYS = { accessKey: 'test-ak', secretKey: 'test-sk' };

describe('ctyun: EOP signature', () => {
  it('makes the published signature', () => {
    const header = signEop({
      ...KEYS,
      requestId: 'request-123',
      date: '20260613T010203Z',
      query: 'a=1&b=two',
      body: '{"regionID":"81f7728662dd11ec810800155d307d5b"}',
    });
    expect(header).to.equal(
      'test-ak Headers=ctyun-eop-request-id;eop-date Signature=h+H8K5CbPz1DjnbVWA+FEPGbbcEJOzVsi2GQv4LroyM=',
    );
  });

  it('signs a batch delete without a query', () => {
    const header = signEop({
      ...KEYS,
      requestId: '27cfe4dc-e640-45f6-92ca-492ca73e8680',
      date: '20220525T160752Z',
      query: '',
      body: '{"bucket":"bucket1","regionID":"332232eb-63aa-465e-9028-52e5123866f0","delete":{"objects":[{"key":"obj1"}],"quiet":true}}',
    });
    expect(header).to.match(/ Signature=U8lI4fkOm\/s\/Ykgnfzdl5XrWvD1HAEPGc5\+hiv5d9jw=$/);
  });

  it("shows Beijing's clock, or UTC", () => {
    const time = Date.UTC(2026, 11, 31, 17, 4, 5);
    expect(eopDate(time, 'beijing')).to.equal('20270101T010405Z');
    expect(eopDate(time, 'utc')).to.equal('20261231T170405Z');
  });

  it('sorts a query and leaves nothing unencoded that could be read in two ways', () => {
    expect(encodeQuery({ prefix: "a b+c/'(é)*", marker: undefined, bucket: 'x', maxKeys: '10' })).to.equal(
      'bucket=x&maxKeys=10&prefix=a%20b%2Bc%2F%27%28%C3%A9%29%2A',
    );
  });
});
