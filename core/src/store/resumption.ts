import { untrusted, type Engine, type Purpose } from '@store/engine';
import { uploadPages } from '@store/engine/pages';
import type { PartInfo, UploadInfo } from '@store/driver';

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
    // Not imported: it takes some milliseconds to load, which every program would pay, and few resume an upload.
    const { createHash } = process.getBuiltinModule('node:crypto');
    const md5 = createHash('md5').update(body).digest('hex');
    return part.etag.replaceAll('"', '').toLowerCase() === md5 ? part.etag : undefined;
  }
}

/** The latest incomplete upload of a key, if there is one, with what has arrived. */
export async function findResumption(
  engine: Engine,
  key: string,
  purpose: Purpose,
): Promise<Resumption | undefined> {
  const { multipart, uploads } = engine.driver;
  const upload = multipart && uploads && (await latestUpload(engine, key, purpose));
  if (!upload) return undefined;
  const { uploadId } = upload;
  const arrived = new Map<number, PartInfo>();
  let last = 0;
  const pages = engine.pages(
    purpose,
    (token, call) => multipart.parts({ key, uploadId, token, maxParts: PARTS_PAGE }, call),
    {
      check: ({ parts }) => {
        let before = last;
        for (const { partNumber } of parts) {
          // So there is an end to them, whatever the service makes up.
          if (!Number.isInteger(partNumber) || partNumber <= before || partNumber > multipart.maxParts) {
            const what = `part ${partNumber} comes after part ${before}`;
            throw untrusted({ engine, operation: purpose.operation }, what);
          }
          before = partNumber;
        }
        last = before;
      },
      size: ({ parts }) => parts.length,
    },
  );
  for await (const { parts } of pages) for (const part of parts) arrived.set(part.partNumber, part);
  return new Resumption(uploadId, arrived);
}

/** What has no time comes before all that has one. */
function timeOf(upload: UploadInfo | undefined): number {
  return upload?.initiated?.getTime() ?? 0;
}

async function latestUpload(engine: Engine, key: string, purpose: Purpose): Promise<UploadInfo | undefined> {
  let latest: UploadInfo | undefined;
  for await (const { uploads } of uploadPages(engine, key, purpose)) {
    for (const upload of uploads) {
      if (upload.key !== key) continue;
      const later = timeOf(upload) >= timeOf(latest);
      if (!latest || later) latest = upload;
    }
  }
  return latest;
}
