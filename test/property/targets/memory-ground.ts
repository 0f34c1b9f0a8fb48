import { MemoryObjects } from '@store/memory';
import { NULL_ID, type Entry, type Versioning } from '../bucket-model.js';
import type { Ground } from '../histories.js';

/** How objects get there. */
export type Write = (key: string, body: Uint8Array) => Promise<unknown>;

const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** A bucket of the memory store, also of the emulator, reached from behind. */
export class MemoryGround implements Ground {
  readonly #objects: MemoryObjects;
  readonly #write: Write;

  constructor(objects: MemoryObjects, write: Write = (key, body) => objects.put({ key, body }, {})) {
    this.#objects = objects;
    this.#write = write;
  }

  async put(key: string, size: number, time: number): Promise<string> {
    await this.#at(time, () => this.#write(key, Buffer.alloc(size)));
    return this.#idOfNewest(key);
  }

  async delete(key: string, time: number): Promise<string> {
    await this.#at(time, () => this.#objects.deleteOne({ key }, {}));
    return this.#idOfNewest(key);
  }

  async remove(key: string, id: string): Promise<void> {
    await this.#objects.deleteOne({ key, versionId: id }, {});
  }

  setVersioning(to: Versioning): void {
    this.#objects.setVersioning(to);
  }

  async beginUpload(key: string, time: number): Promise<string> {
    let id = '';
    await this.#at(time, async () => {
      id = await this.#objects.createUpload({ key }, {});
    });
    return id;
  }

  async uploads(): Promise<{ key: string; id: string }[]> {
    const list = MemoryObjects.prototype.listUploads.bind(this.#objects);
    const { uploads } = await list({ prefix: '', maxUploads: EVERYTHING }, {});
    return uploads.map(({ key, uploadId }) => ({ key, id: uploadId }));
  }

  async entries(prefix = ''): Promise<Entry[]> {
    // Not as it was made to list in small pages.
    const list = MemoryObjects.prototype.listVersions.bind(this.#objects);
    const { versions } = await list({ prefix, maxKeys: EVERYTHING }, {});
    return versions.map(({ key, versionId, deleteMarker, size = 0, lastModified }) => ({
      key,
      id: versionId,
      marker: deleteMarker,
      size,
      time: lastModified?.getTime() ?? 0,
    }));
  }

  async empty(): Promise<void> {
    for (const { key, id } of await this.entries()) await this.remove(key, id);
    for (const { key, id } of await this.uploads())
      await this.#objects.abortUpload({ key, uploadId: id }, {});
  }

  async #at(time: number, work: () => Promise<unknown>): Promise<void> {
    this.#objects.now = () => time;
    try {
      await work();
    } finally {
      this.#objects.now = Date.now;
    }
  }

  async #idOfNewest(key: string): Promise<string> {
    return (await this.entries(key)).find((one) => one.key === key)?.id ?? NULL_ID;
  }
}

/** Has it list in pages of so many entries at most, whoever asks for more. */
export function listInPages(objects: MemoryObjects, pageSize: number): void {
  const { prototype } = MemoryObjects;
  const limited = <T extends { readonly maxKeys: number }>(request: T): T => ({
    ...request,
    maxKeys: Math.min(request.maxKeys, pageSize),
  });
  objects.list = (request, call) => prototype.list.call(objects, limited(request), call);
  objects.listVersions = (request, call) => prototype.listVersions.call(objects, limited(request), call);
  objects.listUploads = ({ maxUploads, ...request }, call) =>
    prototype.listUploads.call(objects, { ...request, maxUploads: Math.min(maxUploads, pageSize) }, call);
}
