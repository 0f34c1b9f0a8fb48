import { ServiceError } from '../http/service-error.js';

export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials come with one, and only work with it. */
  readonly sessionToken?: string | undefined;
  /** Temporary credentials end; milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
}

/** @throws ServiceError `InvalidAccessKeyId` */
export function credentialOf(credentials: readonly Credential[], accessKeyId: string): Credential {
  const credential = credentials.find((one) => one.accessKeyId === accessKeyId);
  if (credential) return credential;
  throw new ServiceError(
    403,
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided does not exist in our records.',
    { AWSAccessKeyId: accessKeyId },
  );
}
