import type { KeyOutcome } from '@store/journal';
import { bucketOf } from './bucket-of.js';

/**
 * A line of a completion report as S3 Batch Operations writes it: Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode,
 * ResultMessage, without a header; keys are URL-encoded
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html, format `Report_CSV_20180820`).
 * HTTPStatusCode is empty where a journal does not know it: of what was deleted.
 */
export function outcomeRow(place: string, { key, versionId, outcome, failure }: KeyOutcome): string {
  const unknown = outcome === 'unconfirmed';
  return csvLine([
    bucketOf(place) ?? place,
    encodeKey(key),
    versionId ?? '',
    outcome === 'deleted' ? 'succeeded' : 'failed',
    unknown ? 'Unconfirmed' : (failure?.providerCode ?? failure?.code ?? ''),
    failure?.status === undefined ? '' : String(failure.status),
    unknown ? 'the delete may have been sent, and nobody knows what became of it' : (failure?.message ?? ''),
  ]);
}

/** Each segment percent-encoded; what no request can name stands there as it was shown. */
function encodeKey(key: string): string {
  return key.toWellFormed().split('/').map(encodeURIComponent).join('/');
}

/** As RFC 4180 has it, with LF. */
function csvLine(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\n`;
}
