import { createHash } from 'node:crypto';
import type { StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { followPages, type PagesContext } from '../listing/pages.js';
import { uploadPages } from '../listing/upload-pages.js';
import type { PartInfo, UploadInfo } from '../objects.js';

/** Parts asked for in one request; what S3 and OSS give at most. */
const PARTS_PAGE = 1000;

/** An incomplete upload that a put goes on with. */
export class Resumption {
  readonly uploadId: string;
  readonly #parts: ReadonlyMap<number, PartInfo>;

  constructor(uploadId: string, parts: ReadonlyMap<number, PartInfo>) {
    this.uploadId = uploadId;
    this.#parts = parts;
  }

  /**
   * The ETag of the part that has arrived with exactly this body. Services make it from the MD5; where they do not
   * (encryption with keys of KMS), nothing is found and the part is sent again.
   */
  etagOf(partNumber: number, body: Uint8Array): string | undefined {
    const part = this.#parts.get(partNumber);
    if (part?.size !== body.length) return undefined;
    const md5 = createHash('md5').update(body).digest('hex');
    return part.etag.replaceAll('"', '').toLowerCase() === md5 ? part.etag : undefined;
  }
}

/** The latest incomplete upload of a key, if there is one, with what has arrived. */
export async function findResumption(
  driver: StoreDriver,
  key: string,
  context: PagesContext,
): Promise<Resumption | undefined> {
  const upload = await latestUpload(driver, key, context);
  const listPartsPage = driver.listPartsPage?.bind(driver);
  if (!upload || !listPartsPage) return undefined;
  const { uploadId } = upload;
  const { multipart } = driver.capabilities;
  const maxParts = multipart ? multipart.maxParts : 0;
  const arrived = new Map<number, PartInfo>();
  let last = 0;
  const pages = followPages(
    context,
    (token, call) => listPartsPage({ key, uploadId, token, maxParts: PARTS_PAGE }, call),
    ({ parts }) => {
      let before = last;
      for (const { partNumber } of parts) {
        // So there is an end to them, whatever the service makes up.
        if (!Number.isInteger(partNumber) || partNumber <= before || partNumber > maxParts) {
          throw new StoreError(
            'Corrupt',
            `the listing of parts cannot be trusted: part ${partNumber} comes after part ${before}`,
            { provider: context.provider, operation: context.operation, key },
          );
        }
        before = partNumber;
      }
      last = before;
    },
    ({ parts }) => parts.length,
  );
  for await (const { parts } of pages) for (const part of parts) arrived.set(part.partNumber, part);
  return new Resumption(uploadId, arrived);
}

/** What has no time comes before all that has one. */
function timeOf(upload: UploadInfo | undefined): number {
  return upload?.initiated?.getTime() ?? 0;
}

async function latestUpload(
  driver: StoreDriver,
  key: string,
  context: PagesContext,
): Promise<UploadInfo | undefined> {
  let latest: UploadInfo | undefined;
  for await (const { uploads } of uploadPages(driver, key, context)) {
    for (const upload of uploads) {
      if (upload.key !== key) continue;
      const later = timeOf(upload) >= timeOf(latest);
      if (!latest || later) latest = upload;
    }
  }
  return latest;
}
