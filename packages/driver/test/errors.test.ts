import { restate, StoreError, toStoreError } from '@store/driver';
import { DeletionError, type DeletionReport } from '@store/deletion';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('StoreError', () => {
  it('is recognised across copies of the package', async () => {
    // A second copy: the same module under another URL.
    const url = new URL('../../dist/errors.js?copy', import.meta.url).href;
    const copy = (await import(url)) as { StoreError: typeof StoreError };
    expect(copy.StoreError).not.to.equal(StoreError);
    expect(new copy.StoreError('NotFound', 'x')).to.be.instanceOf(StoreError);
    expect(new StoreError('NotFound', 'x')).to.be.instanceOf(copy.StoreError);
    const [mine, other] = [StoreError, copy.StoreError].map((Base) => {
      class RunError extends Base {
        override readonly name = 'RunError';
      }
      return RunError;
    });
    if (!mine || !other) throw new Error('there are two');
    expect(new other('NotFound', 'x')).to.be.instanceOf(mine);
    expect(new StoreError('NotFound', 'x')).not.to.be.instanceOf(mine);
    expect(new mine('NotFound', 'x')).to.be.instanceOf(StoreError);
    expect(new Error('x')).not.to.be.instanceOf(StoreError);
  });

  it('keeps instanceof of its subclass to the subclass', () => {
    expect(new StoreError('NotFound', 'x')).not.to.be.instanceOf(DeletionError);
    // The report is not looked at.
    const error = new DeletionError(new StoreError('Throttled', 'x'), {} as DeletionReport);
    expect(error).to.be.instanceOf(DeletionError);
    expect(error).to.be.instanceOf(StoreError);
    expect(error.retryable).to.equal(true);
  });

  it('wraps foreign errors as not retryable, with their cause', () => {
    const cause = new TypeError('boom');
    const error = toStoreError(cause, { operation: 'head' });
    expect(error).to.include({
      code: 'Internal',
      retryable: false,
      operation: 'head',
      message: 'head: boom',
      reason: 'boom',
      cause,
    });
    expect(toStoreError(new DOMException('x', 'AbortError')).code).to.equal('Aborted');
  });

  it('keeps everything but what is changed when it is told again', () => {
    const first = new StoreError('Throttled', 'slower', { status: 503, retryAfterMs: 7000, blocked: true });
    const again = restate(first, { provider: 's3', operation: 'list' });
    expect(again).to.include({
      code: 'Throttled',
      message: 'list: slower',
      reason: 'slower',
      status: 503,
      retryAfterMs: 7000,
      blocked: true,
    });
    expect(again).to.include({ provider: 's3', operation: 'list', retryable: true });
    expect(again.cause).to.equal(first);
  });
});
