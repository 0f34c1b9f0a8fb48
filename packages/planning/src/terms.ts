import type { PrefixEstimate } from './estimate.js';

/**
 * What a provider publishes about its service, for plans: nothing that was measured, and nothing that it could not change
 * tomorrow. What is not known is left out.
 */
export interface ServiceTerms {
  readonly prices?: RequestPrices | undefined;
  readonly rate?: RequestRate | undefined;
  readonly minimumDurations?: MinimumDurations | undefined;
}

/** Where a fact is from. */
export interface Published {
  /** A URL. */
  readonly source: string;
  /** Of what was read there, as `YYYY-MM-DD`. */
  readonly date: string;
  /** What about it could not be confirmed. */
  readonly unconfirmed?: string | undefined;
}

/** Prices of 1,000 requests each, without taxes and discounts, for objects of the standard storage class. */
export interface RequestPrices extends Published {
  /** The region whose prices these are; elsewhere they may differ. */
  readonly region: string;
  /** ISO 4217, such as `USD`. */
  readonly currency: string;
  readonly list: number;
  /** A batch is one request. */
  readonly delete: number;
  /** Requests that change the bucket's configuration. */
  readonly write: number;
  /** 1,000 objects that a lifecycle rule removes. */
  readonly expire: number;
}

/** How fast the provider says it takes deletions. */
export interface RequestRate extends Published {
  /** For whom, such as `a partition of the key space`. */
  readonly scope: string;
  /** Each key of a batch counts. */
  readonly keysPerSecond?: number | undefined;
  /** A batch is one request. */
  readonly requestsPerSecond?: number | undefined;
}

export interface MinimumDurations extends Published {
  /** Days that an object is paid for at least, however soon it is deleted, by storage class. */
  readonly days: Readonly<Record<string, number>>;
}

/** Objects that are paid for as if they stayed longer. */
export interface EarlyDeletion {
  readonly storageClass: string;
  readonly objects: number;
  readonly bytes: number;
  readonly minimumDays: number;
}

/** Which of the estimated objects are younger than their storage class has to be paid for. */
export function earlyDeletions(
  { distribution }: PrefixEstimate,
  { minimumDurations }: ServiceTerms,
): readonly EarlyDeletion[] {
  return distribution.classes.flatMap(({ storageClass = '', ages }) => {
    const minimumDays = minimumDurations?.days[storageClass];
    if (minimumDays === undefined) return [];
    const young = ages.filter(({ from }) => from < minimumDays);
    const objects = young.reduce((sum, age) => sum + age.objects, 0);
    const bytes = young.reduce((sum, age) => sum + age.bytes, 0);
    return objects === 0 ? [] : [{ storageClass, objects, bytes, minimumDays }];
  });
}
