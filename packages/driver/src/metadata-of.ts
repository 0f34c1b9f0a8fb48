import type { ObjectMetadata } from './objects.js';

// A field that is missing here does not compile.
const NAMED: Readonly<Record<keyof ObjectMetadata, true>> = {
  contentType: true,
  cacheControl: true,
  contentDisposition: true,
  contentEncoding: true,
  contentLanguage: true,
  expires: true,
  metadata: true,
};

/** The fields of {@link ObjectMetadata}. */
export const METADATA_FIELDS = Object.keys(NAMED) as readonly (keyof ObjectMetadata)[];

/** What of an object its writer attached to it, and a copy takes along: nothing of where it is, and when it was written. */
export function metadataOf(object: ObjectMetadata): ObjectMetadata {
  return Object.fromEntries(METADATA_FIELDS.map((name) => [name, object[name]]));
}
