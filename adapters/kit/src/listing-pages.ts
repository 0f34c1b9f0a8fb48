import type { ListPage, ListPartsPage, ListUploadsPage, ListVersionsPage } from '@store/driver';
import { infoReader, newestFirst, partInfo, uploadInfo, versionInfo } from './listed-entries.js';
import { ListingDocument } from './listing-document.js';
import { joinMarkers } from './page-token.js';
import type { XmlElement } from './xml.js';

/** Current objects and common prefixes: a page of ListObjectsV2. @param brief keys and sizes are enough */
export function objectsPage(page: ListingDocument, brief = false): ListPage {
  const objects = page.entries(['Contents'], infoReader(brief));
  const prefixes = page.entries(['CommonPrefixes'], (_entry, prefix) => ({ prefix }));
  return {
    objects: objects.found,
    prefixes: prefixes.found,
    unnameable: [...objects.unnameable, ...prefixes.unnameable],
    truncated: page.truncated,
    nextToken: page.word('NextContinuationToken'),
  };
}

/** ListObjectVersions. */
export function versionsPage(page: ListingDocument): ListVersionsPage {
  const { found, unnameable } = page.flatEntries(['Version', 'DeleteMarker'], versionInfo);
  return { versions: newestFirst(found), unnameable, ...endOf(page, 'NextVersionIdMarker') };
}

/** ListMultipartUploads. */
export function uploadsPage(page: ListingDocument): ListUploadsPage {
  const { found, unnameable } = page.flatEntries(['Upload'], uploadInfo);
  return { uploads: found, unnameable, ...endOf(page, 'NextUploadIdMarker') };
}

/** ListParts, whose answer has no encoding. */
export function partsPage(root: XmlElement): ListPartsPage {
  const page = new ListingDocument(root, false);
  return {
    parts: root.all('Part').flatMap((part) => partInfo(part) ?? []),
    truncated: page.truncated,
    nextToken: page.word('NextPartNumberMarker'),
  };
}

/** How a page ends that goes on by two markers: of the last page, services give old ones or empty ones. */
function endOf(page: ListingDocument, idMarker: string) {
  const { truncated } = page;
  const key = truncated ? page.marker('NextKeyMarker') : undefined;
  return { truncated, nextToken: key === undefined ? undefined : joinMarkers(key, page.word(idMarker)) };
}
