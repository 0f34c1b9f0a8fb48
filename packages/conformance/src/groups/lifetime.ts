import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import type { SuiteContext } from '../suite-context.js';

export function lifetimeTests({ test, openAnother }: SuiteContext): void {
  test('can be closed twice, and refuses calls afterwards', async (_store, prefix) => {
    const another = await openAnother();
    await another.put(`${prefix}k`, 'x');
    await another.close();
    await another.close();
    await errorOf(another.head(`${prefix}k`), 'InvalidArgument');
    await errorOf(another.deletePrefix(prefix), 'InvalidArgument');
  });

  test('closes at the end of its scope with await using', async (_store, prefix) => {
    const another = await openAnother();
    {
      await using scoped = another;
      expect(await scoped.exists(`${prefix}k`)).to.equal(false);
    }
    await errorOf(another.exists(`${prefix}k`), 'InvalidArgument');
  });
}
