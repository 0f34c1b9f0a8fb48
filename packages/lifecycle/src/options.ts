import type { Abortable } from '@store/core';
import { defineOptions, optionTypes as types } from '@store/driver';
import * as v from 'valibot';

export interface ExpireOptions {
  /** Days after which objects go, from when each was written. Default 1, the least there is. */
  readonly days?: number | undefined;
  /** In versioned buckets: days after which versions go, from when each ceased to be current. Default: they stay. */
  readonly noncurrentDays?: number | undefined;
  /** Days after which incomplete uploads go. Default: they stay. */
  readonly uploadsDays?: number | undefined;
  /** Remove delete markers of keys without any version. Default false. */
  readonly expiredMarkers?: boolean | undefined;
  /** Only objects with this tag. */
  readonly tag?: { readonly name: string; readonly value: string } | undefined;
  /** Allow a prefix that does not end in `/`. */
  readonly partialName?: boolean | undefined;
  /** Allow the empty prefix: everything in the bucket. */
  readonly entireStore?: boolean | undefined;
  /** Say what would be written, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExpirationOptions {
  /** Objects to count before the answer is "more". Default 100 000. */
  readonly countLimit?: number | undefined;
  /** Take the rule away when nothing is left under the prefix. Default false. */
  readonly removeWhenEmpty?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const signal = { type: types.signal };

export const EXPIRE_OPTIONS = defineOptions<ExpireOptions>()('expirePrefix', {
  signal,
  days: { type: types.number, default: 1 },
  noncurrentDays: { type: types.number },
  uploadsDays: { type: types.number },
  expiredMarkers: { type: types.flag },
  tag: { type: () => v.strictObject({ name: v.string(), value: v.string() }) },
  partialName: { type: types.flag },
  entireStore: { type: types.flag },
  dryRun: { type: types.flag },
});

export const EXPIRATION_OPTIONS = defineOptions<ExpirationOptions>()('expiration', {
  signal,
  countLimit: { type: types.count, default: 100_000 },
  removeWhenEmpty: { type: types.flag },
});

export const CANCEL_OPTIONS = defineOptions<Abortable>()('cancelExpiration', { signal });
