import type { RecordedPart } from '@store/driver';
import type { AnnouncedChecksum } from './announced-checksum.js';

/** How many uploads and parts are noted at the same time: some 300 bytes each. */
const MAX_NOTES = 200_000;

/** A part as it arrived here. */
export interface NotedPart extends RecordedPart {
  readonly etag: string;
}

interface Upload {
  readonly announced: AnnouncedChecksum | undefined;
  readonly parts: Map<number, NotedPart>;
}

/** Which upload is meant: stores may give one id twice, each for a key of its own. */
export interface UploadName {
  readonly bucketName: string;
  readonly key: string;
  readonly uploadId: string;
}

/**
 * What was seen of uploads that are under way: how long their parts are, and their checksums, which no store tells again. In
 * memory; of those that nobody has ended the oldest are forgotten, and then nobody can say.
 */
export class UploadNotes {
  readonly #uploads = new Map<string, Upload>();
  readonly #maxNotes: number;
  #notes = 0;

  constructor(maxNotes = MAX_NOTES) {
    this.#maxNotes = maxNotes;
  }

  begin(name: UploadName, announced: AnnouncedChecksum | undefined): void {
    this.forget(name);
    this.#begin(name, announced);
  }

  /** What was said when the upload was begun. */
  announcedOf(name: UploadName): AnnouncedChecksum | undefined {
    return this.#uploads.get(nameOf(name))?.announced;
  }

  /** A part that is sent again replaces the one before. The upload may have been begun elsewhere. */
  add(name: UploadName, part: NotedPart): void {
    const upload = this.#uploads.get(nameOf(name)) ?? this.#begin(name, undefined);
    const before = upload.parts.size;
    upload.parts.set(part.partNumber, part);
    if (upload.parts.size > before) this.#count();
  }

  /** A part, when it is the one with this ETag. */
  find(
    name: UploadName,
    { partNumber, etag }: Pick<NotedPart, 'partNumber' | 'etag'>,
  ): NotedPart | undefined {
    const part = this.#uploads.get(nameOf(name))?.parts.get(partNumber);
    return part?.etag === etag ? part : undefined;
  }

  forget(name: UploadName): void {
    this.#remove(nameOf(name));
  }

  #begin(name: UploadName, announced: AnnouncedChecksum | undefined): Upload {
    const upload = { announced, parts: new Map<number, NotedPart>() };
    this.#uploads.set(nameOf(name), upload);
    this.#count();
    return upload;
  }

  #count(): void {
    this.#notes++;
    for (const oldest of this.#uploads.keys()) {
      if (this.#notes <= this.#maxNotes) return;
      this.#remove(oldest);
    }
  }

  #remove(name: string): void {
    const upload = this.#uploads.get(name);
    if (!upload) return;
    this.#uploads.delete(name);
    this.#notes -= 1 + upload.parts.size;
  }
}

function nameOf({ bucketName, key, uploadId }: UploadName): string {
  return JSON.stringify([bucketName, key, uploadId]);
}
