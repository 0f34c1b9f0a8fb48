import { ServiceError } from './http/service-error.js';

/** Of an upload. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;

/** @throws ServiceError `InvalidArgument` for what is no number of a part */
export function partNumberOf(given: string): number {
  const partNumber = Number(given);
  if (/^\d{1,5}$/.test(given) && partNumber >= 1 && partNumber <= MAX_PARTS) return partNumber;
  throw new ServiceError(
    400,
    'InvalidArgument',
    `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
  );
}
