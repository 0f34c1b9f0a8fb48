import { StoreError, type UploadInfo } from '@store/driver';
import type { VersionAttributes } from './version-history.js';

export interface ArrivedPart {
  readonly body: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export interface Upload extends UploadInfo {
  readonly initiated: Date;
  readonly attributes: VersionAttributes;
  readonly parts: Map<number, ArrivedPart>;
}

/** The multipart uploads that were begun and not ended. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  #begun = 0;

  create(key: string, attributes: VersionAttributes, initiated: Date): string {
    const uploadId = `u${String(++this.#begun).padStart(16, '0')}`;
    this.#uploads.set(uploadId, { key, uploadId, initiated, attributes, parts: new Map() });
    return uploadId;
  }

  /** @throws StoreError `NotFound` when there is no such upload of this key */
  find({ key, uploadId }: { readonly key: string; readonly uploadId: string }): Upload {
    const upload = this.#uploads.get(uploadId);
    if (upload?.key === key) return upload;
    throw new StoreError('NotFound', 'there is no such upload; it was completed or aborted', {
      operation: 'put',
      provider: 'memory',
      key,
      status: 404,
      providerCode: 'NoSuchUpload',
    });
  }

  remove(uploadId: string): void {
    this.#uploads.delete(uploadId);
  }

  all(): IterableIterator<Upload> {
    return this.#uploads.values();
  }
}
