import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  StoreError,
  type MultipartFacet,
  type PartInfo,
  type PartLimits,
  type StoreDriver,
  type UploadPartRequest,
} from '@store/core';
import { BARE } from '@store/conformance';

interface Sent {
  readonly size: number;
  readonly etag: string;
}

/** A driver that takes uploads in parts and keeps nothing of them but their sizes and sums. */
export class UploadDriver implements StoreDriver {
  readonly provider = 'uploads';
  readonly place = 'uploads:';
  readonly keys = BARE.keys;
  readonly list = BARE.list;
  readonly read = BARE.read;
  readonly delete = BARE.delete;
  readonly close = BARE.close;
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

  readonly multipart: MultipartFacet;

  constructor(limits: PartLimits) {
    this.multipart = {
      ...limits,
      create: async () => {
        this.#begun = true;
        return 'u';
      },
      part: (request) => this.#part(request),
      copyPart: unused,
      parts: async () => {
        const parts: PartInfo[] = Array.from(this.parts, ([partNumber, sent]) => ({ partNumber, ...sent }));
        return { parts: parts.sort((a, b) => a.partNumber - b.partNumber), truncated: false };
      },
      complete: async ({ key, parts }) => {
        this.completed = parts.map(({ partNumber, etag }) => {
          const sent = this.parts.get(partNumber);
          if (sent?.etag === etag) return sent.size;
          throw new StoreError('InvalidArgument', `part ${partNumber} is another one`);
        });
        return { key };
      },
      abort: () => this.#abort(),
    };
  }

  readonly write: StoreDriver['write'] = {
    ...BARE.write,
    put: async ({ key, body }) => {
      if (body instanceof Uint8Array) this.whole = body.length;
      return { key };
    },
  };

  readonly uploads: StoreDriver['uploads'] = {
    page: async () => ({
      uploads: this.#begun && !this.completed ? [{ key: 'k', uploadId: 'u', initiated: new Date(0) }] : [],
      truncated: false,
    }),
    abort: () => this.#abort(),
  };

  async #part({ partNumber, body }: UploadPartRequest): Promise<string> {
    this.bytesInFlight += body.length;
    this.mostBytesInFlight = Math.max(this.mostBytesInFlight, this.bytesInFlight);
    await setImmediate();
    this.bytesInFlight -= body.length;
    if (partNumber >= this.failFrom) throw new StoreError('AccessDenied', 'no more parts');
    this.sent.push(partNumber);
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    this.parts.set(partNumber, { size: body.length, etag });
    return etag;
  }

  async #abort(): Promise<void> {
    this.aborted = true;
  }
}

function unused(): never {
  throw new StoreError('Unsupported', 'an UploadDriver only takes uploads');
}
