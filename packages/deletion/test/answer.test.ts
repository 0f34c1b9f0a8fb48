import type { FailureReason } from '@store/driver';
import { AskedBatch } from '#src/answer.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

const DENIED: FailureReason = { code: 'AccessDenied', message: 'no', retryable: false };

describe('accounting for a batch answer', () => {
  it('gives every key asked for one outcome, whatever the answer says', () => {
    const asked = [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' }];
    const accounted = new AskedBatch(asked).account({
      deleted: [{ key: 'a' }, { key: 'a' }, { key: 'b' }, { key: 'x' }],
      failed: [{ key: 'b', reason: DENIED }],
    });
    expect(accounted.deleted).to.deep.equal([{ key: 'a' }]);
    expect(accounted.failed.map(({ candidate, reason }) => [candidate.key, reason.code])).to.deep.equal([
      ['b', 'AccessDenied'],
      ['c', 'Unconfirmed'],
      ['d', 'Unconfirmed'],
    ]);
    expect(accounted.invented).to.deep.equal(['x']);
  });

  it('keeps versions of a key apart, and a version from a key that looks like it', () => {
    const asked = [{ key: 'a', versionId: '1' }, { key: 'a', versionId: '2' }, { key: 'a' }, { key: '1:1a' }];
    const accounted = new AskedBatch(asked).account({ deleted: [{ key: 'a', versionId: '2' }], failed: [] });
    expect(accounted.deleted).to.deep.equal([{ key: 'a', versionId: '2' }]);
    expect(new AskedBatch(asked).targets).to.have.length(4);
  });

  it('lets doubled keys share the outcome, and sends them once', () => {
    const asked = [{ key: 'a' }, { key: 'a' }];
    expect(new AskedBatch(asked).targets).to.deep.equal([{ key: 'a' }]);
    expect(new AskedBatch(asked).account({ deleted: [{ key: 'a' }], failed: [] }).deleted).to.have.length(2);
  });

  it('sends each key once, in whatever order they come, and gives all of them an outcome', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...Array.from('abcdefg'), '\u{1f600}', '\uffee'), { maxLength: 200 }),
        (keys) => {
          const batch = new AskedBatch(keys.map((key) => ({ key })));
          const sent = batch.targets.map(({ key }) => key);
          expect(sent.toSorted()).to.deep.equal(Array.from(new Set(keys)).toSorted());
          const { deleted } = batch.account({ deleted: batch.targets, failed: [] });
          expect(deleted.map(({ key }) => key).toSorted()).to.deep.equal(keys.toSorted());
        },
      ),
    );
  });
});
