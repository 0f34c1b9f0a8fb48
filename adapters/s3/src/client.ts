import { S3Client } from '@aws-sdk/client-s3';
import { HttpTransport, timeoutOf } from '@store/kit';
import type { S3Config } from './config.js';
import type { Quirks } from './quirks.js';
import { Signing } from './signing.js';

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** With sockets of its own, for one store. */
export function createTransport(config: S3Config): HttpTransport {
  return new HttpTransport(config, config.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS);
}

type RequestSigner = Awaited<ReturnType<S3Client['config']['signer']>>;

const silent = (): void => undefined;
const SILENT = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** Without an answer the SDK looks for one in its environment. */
function regionOf({ region, endpoint }: S3Config, { regionInHost }: Quirks): { region?: string } {
  if (region !== undefined) return { region };
  const [, inHost] = /\boos-([a-z0-9]+)\./.exec(endpoint ?? '') ?? [];
  if (regionInHost && inHost !== undefined) return { region: inHost };
  return endpoint === undefined ? {} : { region: 'us-east-1' };
}

/**
 * The SDK's client for one store: it finds credentials and addresses, and signs. What it sends itself, to services with
 * credentials, it never repeats: that happens once, in core.
 */
export function createClient(config: S3Config, quirks: Quirks, { agents }: HttpTransport): S3Client {
  const { endpoint, accessKeyId, secretAccessKey, sessionToken, credentialsProfile } = config;
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...regionOf(config, quirks),
    ...(credentialsProfile !== undefined && { profile: credentialsProfile }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
    forcePathStyle: quirks.forcePathStyle,
    maxAttempts: 1,
    // Else it would sign the CRC32 of an empty body into a URL for PUT, and every upload would be refused.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A bucket in another region is an error with the region in it; following would hide it.
    followRegionRedirects: false,
    // Errors are thrown; the SDK would print some of them as well.
    logger: SILENT,
    requestHandler: {
      connectionTimeout: config.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      requestTimeout: timeoutOf(config),
      // Without this the SDK only prints a warning and goes on waiting.
      throwOnRequestTimeout: true,
      // Time without a byte, for bodies that stop flowing.
      socketTimeout: timeoutOf(config),
      httpAgent: agents.http,
      httpsAgent: agents.https,
    },
  });
  // The SDK would make one for each request; its credentials and its clock are asked each time all the same.
  const { signer, credentials } = client.config;
  const signing = new Signing();
  const current = lasting(credentials);
  const quick = (inner: RequestSigner): RequestSigner => {
    const sign: RequestSigner['sign'] = async (request, options = {}) => {
      const signed = signing.sign(request, options, await current());
      return signed ? { ...request, headers: { ...signed.headers } } : inner.sign(request, options);
    };
    // Whatever else it can do, and the SDK asks it for, it does.
    return Object.create(inner, { sign: { value: sign } }) as RequestSigner;
  };
  let made: Promise<RequestSigner> | undefined;
  client.config.signer = (scheme) =>
    (made ??= signer(scheme)
      .then(quick)
      .catch((error: unknown) => {
        made = undefined;
        throw error;
      }));
  return client;
}

/** Credentials that do not expire are asked for once, as the SDK does it further inside. */
function lasting(provide: S3Client['config']['credentials']): S3Client['config']['credentials'] {
  let known: Awaited<ReturnType<typeof provide>> | undefined;
  return async (...given) =>
    known?.expiration === undefined && known ? known : (known = await provide(...given));
}
