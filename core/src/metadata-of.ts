import type { ObjectMetadata } from './objects.js';

/** What of an object its writer attached to it, and a copy takes along: nothing of where it is, and when it was written. */
export function metadataOf({
  contentType,
  cacheControl,
  contentDisposition,
  contentEncoding,
  contentLanguage,
  expires,
  metadata,
}: ObjectMetadata): ObjectMetadata {
  return {
    contentType,
    cacheControl,
    contentDisposition,
    contentEncoding,
    contentLanguage,
    expires,
    metadata,
  };
}
