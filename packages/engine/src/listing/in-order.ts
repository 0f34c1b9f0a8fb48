import { compareKeys, type ListPage, type CommonPrefix, type ObjectInfo } from '@store/driver';

/** The objects and groups of a page as one sequence; services send them as two, each in order. */
export function* inOrder({ objects, prefixes }: ListPage): Generator<ObjectInfo | CommonPrefix> {
  let next = 0;
  for (const object of objects) {
    for (; next < prefixes.length; next++) {
      const group = prefixes[next];
      if (!group || compareKeys(group.prefix, object.key) > 0) break;
      yield group;
    }
    yield object;
  }
  yield* prefixes.slice(next);
}
