/** The MD5 that an ETag is, in lower case; undefined for one that is none, as of an upload in parts. */
export function md5OfEtag(etag: string | undefined): string | undefined {
  return /^"?([0-9a-f]{32})"?$/i.exec(etag ?? '')?.[1]?.toLowerCase();
}

/** How many parts an object was uploaded in, by an ETag such as `"…-3"`; undefined where it does not say. */
export function partsOfEtag(etag: string | undefined): number | undefined {
  const [, parts] = /^"?[0-9a-f]{32}-(\d+)"?$/i.exec(etag ?? '') ?? [];
  return parts === undefined ? undefined : Number(parts);
}
