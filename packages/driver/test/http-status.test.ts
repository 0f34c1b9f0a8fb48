import { httpStatusOf, StoreError } from '@store/driver';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('httpStatusOf', () => {
  it('goes by the code, and by what the service says of a read', () => {
    expect(httpStatusOf(new StoreError('NotFound', 'x'))).to.equal(404);
    // Whatever the provider's own status is.
    expect(httpStatusOf(new StoreError('Throttled', 'x', { status: 429 }))).to.equal(503);
    expect(httpStatusOf(new StoreError('Corrupt', 'x', { status: 200 }))).to.equal(502);
    expect(httpStatusOf(new StoreError('PreconditionFailed', 'x', { status: 412 }))).to.equal(412);
    expect(httpStatusOf(new StoreError('PreconditionFailed', 'x', { status: 304 }))).to.equal(304);
    expect(httpStatusOf(new StoreError('InvalidArgument', 'x', { status: 416 }))).to.equal(416);
    expect(httpStatusOf(new Error('x'))).to.equal(500);
    expect(httpStatusOf(undefined)).to.equal(500);
  });
});
