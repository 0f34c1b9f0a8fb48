/** What tells a bucket from all others: its name, and where it is as far as the configuration says it. */
export interface Located {
  readonly bucket: string;
  readonly endpoint?: string | undefined;
}

/**
 * A bucket as `StoreDriver.place`: `s3://bucket`, `oss://bucket?at=oss-cn-beijing`. Of an endpoint host, port and path
 * alone: it may carry credentials.
 *
 * @param region what the provider calls it, where bucket names are not the same everywhere
 */
export function placeOf(provider: string, { bucket, endpoint }: Located, region?: string): string {
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  const server = url && url.host + url.pathname.replace(/\/$/, '');
  const at = [region, server].filter((part) => part !== undefined).map(encodeURIComponent);
  return `${provider}://${bucket}${at.length === 0 ? '' : `?at=${at.join('&at=')}`}`;
}

/**
 * An endpoint as `StoreDriver.endpoint`: without what is secret in a URL, or is none of the service's address.
 *
 * @param otherwise what the service is called where no endpoint is given
 */
export function endpointOf(endpoint: string | undefined, otherwise: string): string {
  return endpoint === undefined ? otherwise : new URL(endpoint).origin;
}
