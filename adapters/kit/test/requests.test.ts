import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checksum, givenValues, objectPath, queryText } from '#src/index.js';

describe('kit: requests', () => {
  it('keep every segment of a key in their path', () => {
    expect(objectPath('/', 'a')).to.equal('/a');
    expect(objectPath('/bucket', '/a//../.')).to.equal('/bucket//a//../.');
    expect(objectPath('/bucket/', "a b+%2F!'()*é?#")).to.equal(
      '/bucket/a%20b%2B%252F%21%27%28%29%2A%C3%A9%3F%23',
    );
  });

  it('write parameters as signatures have them, and leave out those that have no value', () => {
    const given = givenValues({ delete: '', prefix: 'a b/(*)', 'max-keys': 7, token: undefined });
    expect(queryText(given)).to.equal('?delete=&prefix=a%20b%2F%28%2A%29&max-keys=7');
    expect(queryText({})).to.equal('');
    expect(givenValues()).to.deep.equal({});
  });

  it('have the checksums that are published', () => {
    // Of "123456789": https://reveng.sourceforge.io/crc-catalogue/17plus.htm
    const body = Buffer.from('123456789');
    const hex = (text: string): string => Buffer.from(text, 'base64').toString('hex');
    expect(hex(checksum(body, 'CRC32'))).to.equal('cbf43926');
    expect(hex(checksum(body, 'CRC32C'))).to.equal('e3069283');
    expect(hex(checksum(body, 'SHA1'))).to.equal('f7c3bc1d808e04732adf679965ccc34ca7ae3441');
    expect(hex(checksum(body, 'SHA256'))).to.match(/^15e2b0d3/);
  });
});
