import { likeOthers } from '#src/ranges/like-others.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('directories like others', () => {
  const elsewhere = ['01', '06', '12'].flatMap((month) =>
    ['p/a/2023', 'p/b/2024', 'p/c/2024'].map((year) => `${year}/${month}/object-17`),
  );
  const after = (cursor: string, guess: string, upto?: string, kept = 1 / 2) =>
    likeOthers({ cursor, upto, elsewhere }, guess, kept);

  it('are split where others have a directory', () => {
    expect(after('p/d/2023/01/object-5', 'p/d/7777')).to.deep.equal({ boundary: 'p/d/2024/' });
    expect(after('p/d/2024/01/object-5', 'p/d/2024/77', 'p/d/2025')).to.deep.equal({
      boundary: 'p/d/2024/12/',
    });
  });

  it('have nothing behind the last one that others have, so that what is left is inside', () => {
    expect(after('p/d/2024/06/object-5', 'p/d/7777', 'p/d/2025/')).to.deep.equal({
      boundary: 'p/d/2024/12/',
    });
    expect(after('p/d/2024/12/object-5', 'p/d/7777')).to.deep.equal({ inside: 'p/d/2024/12/' });
    expect(after('p/d/2024/06/object-5', 'p/d/7777', 'p/d/2024/12/')).to.deep.equal({
      inside: 'p/d/2024/06/',
    });
  });

  it('are not known where few have been seen, nor where there are none', () => {
    expect(after('p/d/2024/01/object-5', 'p/z')).to.equal(undefined);
    expect(after('p/object-5', 'p/z')).to.equal(undefined);
    expect(likeOthers({ cursor: 'p/d/1/x', upto: undefined, elsewhere: ['p/e/2/x'] }, 'p/d/7', 0.5)).to.equal(
      undefined,
    );
  });
});
