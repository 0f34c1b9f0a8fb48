import type { Account } from '@store/s3-server';

/** One request, for a log. */
export interface GatewayLogEntry extends Account {
  readonly method: string;
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly status: number;
  /** The S3 error code, when it was refused. */
  readonly code: string | undefined;
  readonly elapsedMs: number;
}
