import { DEFAULT_MAX_KEY_BYTES, type StoreDriver, type VersionsFacet } from '@store/driver';
import type { MemoryConfig } from './config.js';
import { MemoryObjects, PROVIDER } from './memory-objects.js';

/** @param objects what it works on; default: those of the configuration */
export function memoryDriver(
  { maxPageSize = 1000, maxCopyBytes, ...config }: MemoryConfig = {},
  objects = new MemoryObjects(config),
): StoreDriver {
  const versions: VersionsFacet = {
    page: (request, call) => objects.listVersions(request, call),
    state: async () => objects.versioning,
  };
  const abort: NonNullable<StoreDriver['uploads']>['abort'] = (request, call) =>
    objects.abortUpload(request, call);
  return {
    provider: PROVIDER,
    place: 'memory:',
    keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
    list: {
      order: 'utf8',
      maxPageSize,
      delimiter: 'any',
      page: (request, call) => objects.list(request, call),
    },
    read: {
      head: (request, call) => objects.head(request, call),
      get: (request, call) => objects.get(request, call),
    },
    write: {
      streaming: false,
      ifAbsent: true,
      ifMatch: true,
      storageClasses: true,
      records: true,
      put: (request, call) => objects.put(request, call),
      copy: (request, call) => objects.copy(request, call),
    },
    delete: {
      ifMatch: 'batch',
      passThrough: [],
      one: (target, call) => objects.deleteOne(target, call),
    },
    batch: {
      maxKeys: 1000,
      keys: 'any',
      delete: (targets, call) => objects.deleteBatch(targets, call),
    },
    multipart: {
      // Parts of any size: what is small here shows in tests what is large elsewhere.
      minPartBytes: 1,
      maxPartBytes: 64 * 1024 * 1024,
      maxParts: 10_000,
      maxCopyBytes,
      create: (request, call) => objects.createUpload(request, call),
      part: (request, call) => objects.uploadPart(request, call),
      copyPart: (request, call) => objects.uploadPartCopy(request, call),
      parts: (request, call) => objects.listParts(request, call),
      complete: (request, call) => objects.completeUpload(request, call),
      abort,
    },
    uploads: { page: (request, call) => objects.listUploads(request, call), abort },
    // Versioning can be turned on later.
    get versions() {
      return objects.versioning === 'off' ? undefined : versions;
    },
    tags: {
      get: (request, call) => objects.getTags(request, call),
      set: (request, call) => objects.setTags(request, call),
    },
    restore: (request, call) => objects.restore(request, call),
    async close() {
      // The objects live as long as the driver is referenced; there is nothing to free.
    },
  };
}
