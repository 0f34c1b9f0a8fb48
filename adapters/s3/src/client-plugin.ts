import type { S3Client } from '@aws-sdk/client-s3';

/** Middleware for the SDK's client. */
export type ClientPlugin = Parameters<S3Client['middlewareStack']['use']>[0];
