import { it } from 'mocha';

/** Ends the test that calls it as pending, with the reason in its title. */
export type Skip = (reason: string) => never;

/**
 * Defines a test that shows as pending, with a reason, where it cannot be carried out: one that passes without having
 * looked at anything says too much.
 *
 * @param known tests that are not to be run: title → why
 */
export function defineTest(
  title: string,
  known: Readonly<Record<string, string>> | undefined,
  body: (skip: Skip) => Promise<void>,
): void {
  const reason = known?.[title];
  if (reason !== undefined) {
    it(skipped(title, reason));
    return;
  }
  it(title, async function () {
    await body((why) => {
      if (this.test) this.test.title = skipped(title, why);
      return this.skip();
    });
  });
}

function skipped(title: string, reason: string): string {
  return `${title} (skipped: ${reason})`;
}
