import { play, type Scenario } from './scenario.js';

/** Some wait while others work. */
const AT_ONCE = 4;

/**
 * Plays all scenarios. Resolves to how often their modes were at work.
 *
 * @throws AssertionError of the first that went wrong, when all have ended
 */
export async function playAll(scenarios: readonly Scenario[]): Promise<number> {
  const left = [...scenarios];
  const failures: unknown[] = [];
  let atWork = 0;
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next && failures.length === 0; next = left.shift()) {
      try {
        const { turns } = await play(next);
        atWork += turns.reduce((sum, count) => sum + count, 0);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const [failure] = failures;
  if (failure instanceof Error) throw failure;
  return atWork;
}
