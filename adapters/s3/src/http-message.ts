import { StoreError } from '@store/core';

/** The parts of the SDK's HTTP messages that middleware here works with. */
export interface HttpRequest {
  method: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string | undefined>;
  body?: unknown;
}

/** The request that middleware is handed. */
export function httpRequestOf({ request }: { readonly request: unknown }): HttpRequest {
  if (isHttpRequest(request)) return request;
  throw new StoreError('Internal', 'the SDK sent no HTTP request');
}

function isHttpRequest(value: unknown): value is HttpRequest {
  return typeof value === 'object' && value !== null && 'headers' in value && 'hostname' in value;
}

export function isHttpResponse(value: unknown): value is HttpResponse {
  return typeof value === 'object' && value !== null && 'headers' in value && 'statusCode' in value;
}
