import { quotedEtag } from '@store/kit';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('an entity tag in a document', () => {
  it('has quotes, whether the service puts them or not', () => {
    expect(['"a-3"', 'a-3', 'W/"a"', ''].map(quotedEtag)).to.deep.equal(['"a-3"', '"a-3"', 'W/"a"', '""']);
  });
});
