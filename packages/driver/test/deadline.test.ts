import { getEventListeners } from 'node:events';
import { errorOf } from '@store/conformance';
import { withDeadline } from '@store/driver';
import { expect } from 'chai';
import { describe, it } from 'mocha';

/** As of an HTTP client that was left without any event. */
const deaf = (): Promise<never> => new Promise(() => undefined);

describe('deadline', () => {
  it('ends work that does not notice its signal', async () => {
    const late = await errorOf(withDeadline({ signal: undefined, ms: 1, operation: 'list' }, deaf));
    expect(late).to.include({ code: 'Timeout', operation: 'list' });
    const signal = AbortSignal.abort();
    expect(await errorOf(withDeadline({ signal, ms: 60_000, operation: 'list' }, deaf))).to.include({
      code: 'Aborted',
    });
  });

  it('lets many requests have one signal, without a warning and without leaving anything there', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    const wait = () => new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(
      Array.from({ length: 50 }, () => withDeadline({ signal, ms: 1000, operation: 'head' }, wait)),
    );
    await wait();
    process.off('warning', onWarning);
    expect(warnings).to.deep.equal([]);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('leaves the words to work that ends by itself', async () => {
    expect(await withDeadline({ signal: undefined, ms: 60_000, operation: 'list' }, async () => 5)).to.equal(
      5,
    );
    const failure = new Error('no');
    const failed = withDeadline({ signal: undefined, ms: 60_000, operation: 'list' }, () =>
      Promise.reject(failure),
    ).catch((error: unknown) => error);
    expect(await failed).to.equal(failure);
  });
});
