import { StoreError, type StoreDriver, type TagsFacet } from '@store/core';
import { ignoring, undocumented } from '@store/kit';
import { anything, tagging } from './answers.js';
import type { DataPlane } from './data-plane.js';
import type { OpenApi } from './openapi.js';

export function tagsFacet(api: OpenApi): TagsFacet {
  return {
    async get({ key, versionId }, call) {
      const purpose = { ...call, operation: 'getTags', key };
      const { tagSet } = await ignoring(
        'NoSuchTagSetError',
        () => api.get('get-object-tagging', { key, versionID: versionId }, purpose, tagging),
        { tagSet: [] },
      );
      return Object.fromEntries(tagSet.map((tag) => [tag.key, tag.value]));
    },
    async set({ key, versionId, tags }, call) {
      const purpose = { ...call, operation: 'setTags', key };
      const target = { key, versionID: versionId };
      const tagSet = Object.entries(tags).map(([name, value]) => ({ key: name, value }));
      if (tagSet.length === 0) await api.post('delete-object-tagging', target, purpose, anything);
      else await api.post('put-object-tagging', { ...target, tagging: { tagSet } }, purpose, anything);
    },
  };
}

/** That it is on its way already is no failure. */
export function restoreCall(api: OpenApi): NonNullable<StoreDriver['restore']> {
  return async ({ key, versionId, days, tier }, call) => {
    const purpose = { ...call, operation: 'restore', key };
    if (tier !== undefined && tier !== 'Standard') {
      throw new StoreError('InvalidArgument', `ZOS restores at one speed, "Standard", not at ${tier}`, {
        provider: 'ctyun',
        operation: 'restore',
        key,
      });
    }
    await ignoring('RestoreAlreadyInProgress', () =>
      api.post('unfreeze-object', { key, versionID: versionId, days }, purpose, anything),
    );
  };
}

/** With a data plane signed here; a GET without one by the OpenAPI. */
export function presignCall(api: OpenApi, data: DataPlane): NonNullable<StoreDriver['presign']> {
  return async (request, call) => {
    const { key, method, expiresIn } = request;
    if (data.configured || method !== 'GET')
      return data.use('presign', key, call, (s3) => s3.presign(request, call));
    const purpose = { ...call, operation: 'presign', key };
    const link = await api.post('generate-object-download-link', { key, expiresIn }, purpose, anything);
    if (typeof link === 'string' && link !== '') return link;
    throw undocumented('the service made no link', { provider: 'ctyun', operation: 'presign', key });
  };
}
