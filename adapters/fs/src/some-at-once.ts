/** Files that are worked on at the same time. */
const AT_ONCE = 16;

/** Works through a list, some at a time. */
export async function someAtOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  // One iterator for all: each item is taken once.
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
