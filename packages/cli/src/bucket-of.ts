/** The bucket of a place (see `StoreDriver.place`); undefined where there is none, as in a directory. */
export function bucketOf(place: string): string | undefined {
  const [, scheme, bucket] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)/.exec(place) ?? [];
  return scheme === 'file' || scheme === 'fs' ? undefined : bucket;
}
