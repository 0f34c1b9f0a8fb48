import type { ByteKey, Target } from './truth.js';

/** Where a listing goes on: behind this key, or behind this version of it. */
export interface Marker {
  readonly key: ByteKey;
  readonly versionId?: string | undefined;
}

interface PageAsk {
  readonly prefix: ByteKey;
  readonly after?: Marker | undefined;
  /** Most entries wanted. */
  readonly max: number;
}

/** What a request asks for, whatever the protocol. */
export type Ask =
  | (PageAsk & {
      readonly kind: 'list';
      /** A listing goes on by a token, or behind a key. */
      readonly by: 'token' | 'marker';
    })
  | (PageAsk & { readonly kind: 'versions' })
  | (PageAsk & { readonly kind: 'deletePrefix' })
  | { readonly kind: 'deleteOne'; readonly target: Target }
  | { readonly kind: 'deleteBatch'; readonly targets: readonly Target[]; readonly quiet: boolean }
  | { readonly kind: 'unknown' };

/** Kinds of requests that a mode can be about. */
export type Kind = Exclude<Ask['kind'], 'unknown'>;

export const KINDS: readonly Kind[] = ['list', 'versions', 'deleteOne', 'deleteBatch', 'deletePrefix'];
