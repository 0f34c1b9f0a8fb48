import type { Lifecycle, LifecycleFacet } from '@store/core';

/** Lifecycle rules that nobody carries out. */
export function keptRules(): LifecycleFacet {
  let lifecycle: Lifecycle = { rules: [] };
  return {
    maxRules: 1000,
    overlap: true,
    document: 's3',
    get: async () => lifecycle,
    put: async ({ kept, extra }) => void (lifecycle = { rules: kept, extra }),
  };
}
