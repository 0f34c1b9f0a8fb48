import { after, before, describe } from 'mocha';

/**
 * A mocha suite about one thing that is open while its tests run.
 *
 * @param what it is, for the message to a test that looks for it too early
 * @param define gets a function for the thing itself
 */
export function describeOpened<T extends { close(): Promise<void> }>(
  title: string,
  what: string,
  open: () => Promise<T>,
  define: (opened: () => T) => void,
): void {
  describe(title, () => {
    let opened: T | undefined;
    before(async () => {
      opened = await open();
    });
    after(async () => {
      await opened?.close();
    });
    define(() => {
      if (!opened) throw new Error(`the ${what} is open only while tests run`);
      return opened;
    });
  });
}
