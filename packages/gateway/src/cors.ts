import { StoreError } from '@store/core';
import { ServiceError, type Answer, type RequestHead } from '@store/s3-server';

/** What browsers may send, as S3's rules have it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']);

/** How long a browser need not ask again, in seconds. */
const MAX_AGE = 3600;

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** Headers that a page may read without being told so: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name */
const SAFE = new Set(['cache-control', 'content-language', 'content-length', 'content-type', 'expires']);

/**
 * Which pages of browsers may use the gateway (cross-origin resource sharing). It gives nobody rights: each request has its
 * signature, a presigned URL or the policy of a form as before. No cookies are meant, so no credentials are allowed.
 */
export class Cors {
  readonly #origins: readonly string[];

  /**
   * @param origins `https://app.example.com`; one `*` in it stands for anything, and `*` alone is every page. None: no page
   * @throws StoreError `InvalidArgument` for what is no origin
   */
  constructor(origins: readonly string[]) {
    for (const origin of origins) checkOrigin(origin);
    this.#origins = origins.map((origin) => origin.toLowerCase());
  }

  /**
   * What is answered to a browser that asks before it sends something (OPTIONS), without a key.
   *
   * @throws ServiceError `BadRequest` where nothing was asked, `AccessForbidden` where it may not
   */
  preflight({ headers }: RequestHead, isObject: boolean): Answer {
    const origin = headers.get('origin');
    const method = headers.get('access-control-request-method');
    if (origin === undefined) throw badRequest('Insufficient information. Origin request header needed.');
    if (method === undefined || !METHODS.has(method))
      throw badRequest(`Invalid Access-Control-Request-Method: ${method ?? 'null'}`);
    const about = { Method: method, ResourceType: isObject ? 'OBJECT' : 'BUCKET' };
    if (this.#origins.length === 0)
      throw forbidden('CORSResponse: CORS is not enabled for this bucket.', about);
    const allowed = this.#allowed(origin);
    if (allowed === undefined) {
      const message =
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
      throw forbidden(message, about);
    }
    const asked = headers.get('access-control-request-headers');
    return {
      status: 200,
      headers: {
        'access-control-allow-origin': allowed,
        'access-control-allow-methods': [...METHODS].join(', '),
        // What is signed differs from client to client, and its signature is looked at in any case.
        ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
        'access-control-max-age': String(MAX_AGE),
        vary: VARY,
      },
    };
  }

  /** What an answer says beside its own headers, so that the page may read all of them. */
  headersOf(origin: string | undefined, own: Readonly<Record<string, string>>): Record<string, string> {
    if (this.#origins.length === 0) return {};
    const allowed = origin === undefined ? undefined : this.#allowed(origin);
    if (allowed === undefined) return { vary: VARY };
    const names = Object.keys(own).filter((name) => !SAFE.has(name) && name !== 'vary');
    return {
      'access-control-allow-origin': allowed,
      'access-control-expose-headers': names.join(', '),
      vary: VARY,
    };
  }

  /** As the answer names it; undefined for pages that may not. */
  #allowed(origin: string): string | undefined {
    if (this.#origins.includes('*')) return '*';
    const given = origin.toLowerCase();
    return this.#origins.some((one) => matches(one, given)) ? origin : undefined;
  }
}

function matches(pattern: string, origin: string): boolean {
  const [begin = '', end] = pattern.split('*');
  if (end === undefined) return origin === pattern;
  return origin.length >= begin.length + end.length && origin.startsWith(begin) && origin.endsWith(end);
}

function checkOrigin(origin: string): void {
  if (origin === '*') return;
  const one = /^https?:\/\/[^\s/?#]+$/i.test(origin) && origin.split('*').length <= 2;
  if (one) return;
  throw new StoreError(
    'InvalidArgument',
    `${JSON.stringify(origin)} is no origin of a page: write https://app.example.com, without a path, with one * for anything, or * alone`,
  );
}

function badRequest(message: string): ServiceError {
  return new ServiceError(400, 'BadRequest', message);
}

function forbidden(message: string, fields: Readonly<Record<string, string>>): ServiceError {
  return new ServiceError(403, 'AccessForbidden', message, fields);
}
