/**
 * Passes an iteration on while fetching up to `depth` items ahead of its consumer, in order. An error comes
 * after the items before it. When the consumer leaves early, the source is closed.
 */
export async function* readAhead<T>(
  source: AsyncIterable<T>,
  depth: number,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const ahead: Promise<IteratorResult<T>>[] = [];
  try {
    for (;;) {
      while (ahead.length < depth) {
        const next = iterator.next();
        // It is awaited below, or the consumer has left and nobody is to be told.
        next.catch(() => undefined);
        ahead.push(next);
      }
      const result = await ahead.shift();
      if (!result || result.done) return;
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}
