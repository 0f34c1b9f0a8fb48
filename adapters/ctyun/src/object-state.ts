import { StoreError, type PostFormsFacet, type StoreDriver, type TagsFacet } from '@store/driver';
import { ignoring, undocumented } from '@store/kit';
import { deleteTags, getTags, makeForm, makeLink, putTags, unfreezeObject } from './calls.js';
import type { DataPlane } from './data-plane.js';
import type { OpenApi } from './openapi.js';

export function tagsFacet(api: OpenApi): TagsFacet {
  return {
    async get({ key, versionId }, call) {
      const get = () => api.ask(getTags, { key, versionID: versionId }, call);
      const { tagSet } = await ignoring('NoSuchTagSetError', get, { tagSet: [] });
      return Object.fromEntries(tagSet.map((tag) => [tag.key, tag.value]));
    },
    async set({ key, versionId, tags }, call) {
      const target = { key, versionID: versionId };
      const tagSet = Object.entries(tags).map(([name, value]) => ({ key: name, value }));
      if (tagSet.length === 0) await api.ask(deleteTags, target, call);
      else await api.ask(putTags, { ...target, tagging: { tagSet } }, call);
    },
  };
}

/** That it is on its way already is no failure. */
export function restoreCall(api: OpenApi): NonNullable<StoreDriver['restore']> {
  return async ({ key, versionId, days, tier }, call) => {
    if (tier !== undefined && tier !== 'Standard') {
      const message = `ZOS restores at one speed, "Standard", not at ${tier}`;
      throw new StoreError('InvalidArgument', message, { provider: 'ctyun', operation: 'restore', key });
    }
    const unfreeze = () => api.ask(unfreezeObject, { key, versionID: versionId, days }, call);
    await ignoring('RestoreAlreadyInProgress', unfreeze);
  };
}

/** With a data plane signed here; a GET without one by the OpenAPI. */
export function presignCall(api: OpenApi, data: DataPlane): NonNullable<StoreDriver['presign']> {
  return async (request, call) => {
    const { key, method, expiresIn, contentType, contentDisposition } = request;
    // A link of the OpenAPI says nothing of the answer.
    const plain = method === 'GET' && contentType === undefined && contentDisposition === undefined;
    if (data.configured || !plain) return data.use('presign', key, call, (s3) => s3.presign(request, call));
    const link = await api.ask(makeLink, { key, expiresIn }, call);
    if (typeof link === 'string' && link !== '') return link;
    throw undocumented('the service made no link', { provider: 'ctyun', operation: 'presign', key });
  };
}

/** Made by the OpenAPI, which knows nothing but key and time. */
export function postFormsFacet(api: OpenApi): PostFormsFacet {
  return { limits: false, sign: ({ key, expiresIn }, call) => api.ask(makeForm, { key, expiresIn }, call) };
}
