import { ServiceError, type Incoming } from '@store/s3-server';

/** A whole number among the parameters. @throws ServiceError `InvalidArgument` for anything else, and for nothing */
export function integerIn(query: Incoming['query'], name: string, least: number, most: number): number {
  const text = query.get(name);
  const value = Number(text);
  if (text !== undefined && /^\d{1,16}$/.test(text) && value >= least && value <= most) return value;
  throw invalidArgument(name, text);
}

export function invalidArgument(name: string, found: string | undefined): ServiceError {
  const shown = found === undefined ? 'is missing' : `cannot be ${JSON.stringify(found)}`;
  return new ServiceError(400, 'InvalidArgument', `The parameter ${name} ${shown}.`);
}
