/** Does the work on what comes, on so many at the same time, and gives the results in its order. */
export async function* workAhead<T, R>(
  source: AsyncIterable<T>,
  most: number,
  work: (one: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for await (const one of source) {
    const result = work(one);
    // It is told of when its turn comes, and not before.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length < most) continue;
    const first = begun.shift();
    if (first) yield await first;
  }
  for (const result of begun) yield await result;
}
