import type { ListPageRequest, ListUploadsPageRequest, ListVersionsPageRequest } from '@store/core';
import { MemoryDriver } from '@store/memory';
import { NULL_ID, type Entry, type Versioning } from '../bucket-model.js';
import type { Ground } from '../histories.js';

/** How objects get there. */
export type Write = (key: string, body: Uint8Array) => Promise<unknown>;

const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** A bucket of the memory store, also of the emulator, reached from behind. */
export class MemoryGround implements Ground {
  readonly #driver: MemoryDriver;
  readonly #write: Write;

  constructor(driver: MemoryDriver, write: Write = (key, body) => driver.put({ key, body }, {})) {
    this.#driver = driver;
    this.#write = write;
  }

  async put(key: string, size: number, time: number): Promise<string> {
    await this.#at(time, () => this.#write(key, Buffer.alloc(size)));
    return this.#idOfNewest(key);
  }

  async delete(key: string, time: number): Promise<string> {
    await this.#at(time, () => this.#driver.deleteOne({ key }, {}));
    return this.#idOfNewest(key);
  }

  async remove(key: string, id: string): Promise<void> {
    await this.#driver.deleteOne({ key, versionId: id }, {});
  }

  setVersioning(to: Versioning): void {
    this.#driver.setVersioning(to);
  }

  async beginUpload(key: string, time: number): Promise<string> {
    let id = '';
    await this.#at(time, async () => {
      id = await this.#driver.createUpload({ key }, {});
    });
    return id;
  }

  async uploads(): Promise<{ key: string; id: string }[]> {
    const list = MemoryDriver.prototype.listUploadsPage.bind(this.#driver);
    const { uploads } = await list({ prefix: '', maxUploads: EVERYTHING }, {});
    return uploads.map(({ key, uploadId }) => ({ key, id: uploadId }));
  }

  async entries(prefix = ''): Promise<Entry[]> {
    // Not as it was made to list in small pages.
    const list = MemoryDriver.prototype.versionsPage.bind(this.#driver);
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
    for (const { key, id } of await this.uploads()) await this.#driver.abortUpload({ key, uploadId: id }, {});
  }

  async #at(time: number, work: () => Promise<unknown>): Promise<void> {
    this.#driver.now = () => time;
    try {
      await work();
    } finally {
      this.#driver.now = Date.now;
    }
  }

  async #idOfNewest(key: string): Promise<string> {
    return (await this.entries(key)).find((one) => one.key === key)?.id ?? NULL_ID;
  }
}

/** Has it list in pages of so many entries at most, whoever asks for more. */
export function listInPages(driver: MemoryDriver, pageSize: number): void {
  const { prototype } = MemoryDriver;
  const limited = <T extends { readonly maxKeys: number }>(request: T): T => ({
    ...request,
    maxKeys: Math.min(request.maxKeys, pageSize),
  });
  driver.listPage = (request: ListPageRequest, call) =>
    prototype.listPage.call(driver, limited(request), call);
  driver.versionsPage = (request: ListVersionsPageRequest, call) =>
    prototype.versionsPage.call(driver, limited(request), call);
  driver.listUploadsPage = (request: ListUploadsPageRequest, call) =>
    prototype.listUploadsPage.call(
      driver,
      { ...request, maxUploads: Math.min(request.maxUploads, pageSize) },
      call,
    );
}
