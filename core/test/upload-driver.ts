import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  defineCapabilities,
  StoreError,
  type MultipartCapability,
  type PartInfo,
  type StoreDriver,
} from '@store/core';

interface Sent {
  readonly size: number;
  readonly etag: string;
}

/** A driver that takes uploads in parts and keeps nothing of them but their sizes and sums. */
export class UploadDriver implements StoreDriver {
  readonly provider = 'uploads';
  readonly capabilities;
  /** Parts of the one upload, by their numbers. */
  readonly parts = new Map<number, Sent>();
  /** Numbers of the parts that were sent, in the order in which they came. */
  readonly sent: number[] = [];
  /** Sizes of the parts that were joined. */
  completed: readonly number[] | undefined;
  /** Size of what came in one request. */
  whole: number | undefined;
  aborted = false;
  bytesInFlight = 0;
  mostBytesInFlight = 0;
  /** Fails every part from this number on. */
  failFrom = Infinity;
  #begun = false;

  constructor(multipart: MultipartCapability) {
    this.capabilities = defineCapabilities({
      list: { order: 'utf8', startAfter: true, maxPageSize: 1000, delimiter: 'any' },
      multipart,
      listUploads: true,
    });
  }

  put: StoreDriver['put'] = async ({ key, body }) => {
    if (body instanceof Uint8Array) this.whole = body.length;
    return { key };
  };

  createUpload: StoreDriver['createUpload'] = async () => {
    this.#begun = true;
    return 'u';
  };

  uploadPart: StoreDriver['uploadPart'] = async ({ partNumber, body }) => {
    this.bytesInFlight += body.length;
    this.mostBytesInFlight = Math.max(this.mostBytesInFlight, this.bytesInFlight);
    await setImmediate();
    this.bytesInFlight -= body.length;
    if (partNumber >= this.failFrom) throw new StoreError('AccessDenied', 'no more parts');
    this.sent.push(partNumber);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    this.parts.set(partNumber, { size: body.length, etag });
    return etag;
  };

  completeUpload: StoreDriver['completeUpload'] = async ({ key, parts }) => {
    this.completed = parts.map(({ partNumber, etag }) => {
      const sent = this.parts.get(partNumber);
      if (sent?.etag !== etag) throw new StoreError('InvalidArgument', `part ${partNumber} is another one`);
      return sent.size;
    });
    return { key };
  };

  abortUpload: StoreDriver['abortUpload'] = async () => {
    this.aborted = true;
  };

  listUploadsPage: StoreDriver['listUploadsPage'] = async () => ({
    uploads: this.#begun && !this.completed ? [{ key: 'k', uploadId: 'u', initiated: new Date(0) }] : [],
    truncated: false,
  });

  listPartsPage: StoreDriver['listPartsPage'] = async () => {
    const parts: PartInfo[] = Array.from(this.parts, ([partNumber, sent]) => ({ partNumber, ...sent }));
    return { parts: parts.sort((a, b) => a.partNumber - b.partNumber), truncated: false };
  };

  uploadPartCopy = unused;
  listPage = unused;
  head = unused;
  get = unused;
  copy = unused;
  deleteOne = unused;
  close = async (): Promise<void> => undefined;
}

function unused(): never {
  throw new StoreError('Unsupported', 'an UploadDriver only takes uploads');
}
