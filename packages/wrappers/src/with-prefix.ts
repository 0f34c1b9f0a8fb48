import {
  assertPrefix,
  fitsXml,
  quoteKey,
  restate,
  StoreError,
  xmlBytes,
  type BatchFacet,
  type FailedTarget,
  type ListFacet,
  type MultipartFacet,
  type StoreDriver,
  type LeftOut,
  type Unnameable,
} from '@store/driver';
import { aroundCalls } from './around-calls.js';

interface Keyed {
  readonly key: string;
}

/**
 * A store inside a store: its keys are those under a prefix, without it. Nothing else can be named, listed or deleted.
 * Lifecycle rules and a trash are the whole bucket's, so it has none.
 *
 * @param prefix a directory of the store: ends in `/`
 * @throws StoreError `InvalidArgument` for a prefix that is none, or leaves no room for keys
 */
export function withPrefix(driver: StoreDriver, prefix: string): StoreDriver {
  assertPrefix(prefix, 'withPrefix');
  const maxBytes = driver.keys.maxBytes - Buffer.byteLength(prefix);
  if (!prefix.endsWith('/') || maxBytes < 1) {
    const message = `withPrefix takes a prefix that ends in "/" and leaves room for keys, not ${quoteKey(prefix)}`;
    throw new StoreError('InvalidArgument', message, { operation: 'withPrefix' });
  }
  const { read, write, delete: single, batch, prefixDelete, multipart, uploads, versions, tags } = driver;
  const { restore, presign, postForms, url } = driver;

  const inner = <T extends Keyed>(entry: T): T => ({ ...entry, key: prefix + entry.key });
  const outerKey = (key: string): string => {
    if (key.startsWith(prefix)) return key.slice(prefix.length);
    const message = `the service names ${quoteKey(key)}, which is outside of ${quoteKey(prefix)}`;
    throw new StoreError('Corrupt', message, { provider: driver.provider });
  };
  const outer = <T extends Keyed>(entry: T): T => ({ ...entry, key: outerKey(entry.key) });
  /** Names are for people, and those in between are not theirs. What is strange comes behind the prefix. */
  const outerName = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const outerPlace = <T extends Pick<LeftOut, 'name' | 'at'>>(entry: T): T => {
    const { at } = entry;
    // What stands at the prefix itself, or above, has everything under it.
    const within = at === undefined ? undefined : prefix.startsWith(at) ? '' : outerName(at);
    return { ...entry, name: outerName(entry.name), at: within };
  };
  const outerNames = <P extends { readonly unnameable?: readonly Unnameable[] | undefined }>(page: P): P =>
    page.unnameable === undefined ? page : { ...page, unnameable: page.unnameable.map(outerPlace) };
  const under = <T extends { readonly prefix: string }>(request: T): T => ({
    ...request,
    prefix: prefix + request.prefix,
  });
  const behind = <T extends { readonly startAfter?: string | undefined }>(request: T): T =>
    request.startAfter === undefined ? request : { ...request, startAfter: prefix + request.startAfter };

  const list: ListFacet = {
    ...driver.list,
    page: async (request, call) => {
      const page = await driver.list.page(behind(under(request)), call);
      const prefixes = page.prefixes.map((group) => ({ ...group, prefix: outerKey(group.prefix) }));
      return {
        ...outerNames(page),
        leftOut: page.leftOut?.map(outerPlace),
        objects: page.objects.map(outer),
        prefixes,
      };
    },
  };
  const batched = (facet: BatchFacet): BatchFacet => ({
    ...facet,
    // Each key of a request is longer by the prefix.
    maxBytes: facet.maxBytes && facet.maxBytes - facet.maxKeys * xmlBytes(prefix),
    delete: async (targets, call) => {
      const { deleted, failed, ...rest } = await facet.delete(targets.map(inner), call);
      return { ...rest, deleted: deleted.map(outer), failed: failed.map(outer) };
    },
  });
  const inParts = ({ keptPart, ...facet }: MultipartFacet): MultipartFacet => ({
    ...facet,
    create: (request, call) => facet.create(inner(request), call),
    part: (request, call) => facet.part(inner(request), call),
    keptPart: keptPart && ((request, call) => keptPart(inner(request), call)),
    copyPart: (request, call) => facet.copyPart({ ...inner(request), from: prefix + request.from }, call),
    parts: (request, call) => facet.parts(inner(request), call),
    complete: async (request, call) => outer(await facet.complete(inner(request), call)),
    abort: (request, call) => facet.abort(inner(request), call),
  });
  const inside: StoreDriver = {
    ...driver,
    place: `${driver.place}#${encodeURIComponent(prefix)}`,
    keys: { maxBytes },
    list,
    read: {
      head: async (request, call) => outer(await read.head(inner(request), call)),
      get: async (request, call) => {
        const { info, body } = await read.get(inner(request), call);
        return { info: outer(info), body };
      },
    },
    write: {
      ...write,
      put: async (request, call) => outer(await write.put(inner(request), call)),
      copy: async (request, call) =>
        outer(await write.copy({ ...request, from: prefix + request.from, to: prefix + request.to }, call)),
    },
    delete: { ...single, one: async (target, call) => outer(await single.one(inner(target), call)) },
    batch: batch && (batch.keys === 'any' || fitsXml(prefix)) ? batched(batch) : undefined,
    trash: undefined,
    prefixDelete: prefixDelete && {
      ...prefixDelete,
      page: async (request, call) => {
        const page = await prefixDelete.page(under(request), call);
        const failed: FailedTarget[] = page.failed.map(outer);
        return { ...page, deleted: page.deleted.map(outer), failed };
      },
    },
    multipart: multipart && inParts(multipart),
    uploads: uploads && {
      page: async (request, call) => {
        const page = await uploads.page(under(request), call);
        return { ...outerNames(page), uploads: page.uploads.map(outer) };
      },
      abort: (request, call) => uploads.abort(inner(request), call),
    },
    versions: versions && {
      ...versions,
      page: async (request, call) => {
        const page = await versions.page(behind(under(request)), call);
        return { ...outerNames(page), versions: page.versions.map(outer) };
      },
    },
    tags: tags && {
      get: (request, call) => tags.get(inner(request), call),
      set: (request, call) => tags.set(inner(request), call),
    },
    lifecycle: undefined,
    restore: restore && ((request, call) => restore(inner(request), call)),
    presign: presign && ((request, call) => presign(inner(request), call)),
    postForms: postForms && {
      ...postForms,
      sign: (request, call) => postForms.sign(inner(request), call),
    },
    url: url && ((request, call) => url(inner(request), call)),
  };
  return aroundCalls(inside, async (_request, proceed) => {
    try {
      return await proceed();
    } catch (error) {
      if (!(error instanceof StoreError) || !error.key?.startsWith(prefix)) throw error;
      throw restate(error, { key: error.key.slice(prefix.length) });
    }
  });
}
