import { createHmac } from 'node:crypto';
import { checkPolicy, ServiceError, type Form, type Incoming, type LengthRange } from '@store/s3-server';
import { credentialOf, signingKeyV4, type OssSignatureSettings } from '../auth/oss-signature.js';

const V4 = 'OSS4-HMAC-SHA256';

/** How far behind `x-oss-date` a form of version 4 may come. */
const LONGEST_MS = 7 * 86_400_000;

/**
 * Verifies the policy of a form: its signature, version 4 or 1, then its time and its conditions. Unlike S3, OSS takes fields
 * that the policy does not speak of.
 *
 * Sources: https://help.aliyun.com/en/oss/developer-reference/signature-version-4-recommend and
 * https://help.aliyun.com/en/oss/developer-reference/signature-version-1
 *
 * @throws ServiceError with OSS's codes
 */
export function verifyForm(
  fields: ReadonlyMap<string, string>,
  settings: OssSignatureSettings,
): { readonly range: LengthRange } {
  const policy = fields.get('policy');
  if (policy === undefined)
    throw new ServiceError(
      403,
      'AccessDenied',
      'You have no right to access this object because of bucket acl.',
    );
  const version4 = fields.get('x-oss-signature-version') !== undefined;
  const expected = version4 ? signatureV4(policy, fields, settings) : signatureV1(policy, fields, settings);
  if (expected !== fields.get(version4 ? 'x-oss-signature' : 'signature')) {
    throw new ServiceError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
  const { covered, range } = checkPolicy(policy, fields, settings.now());
  const needed = version4 ? ['x-oss-signature-version', 'x-oss-credential', 'x-oss-date'] : [];
  const missing = needed.find((name) => !covered.has(name));
  if (missing !== undefined)
    throw new ServiceError(
      403,
      'AccessDenied',
      `Invalid according to Policy: ${missing} is not in the policy`,
    );
  return { range };
}

/** The write in the words of S3. The type of `x-oss-content-type` goes before that of the file's part, and that before the field's. */
export function formPut(request: Incoming, { fields, fileType }: Form): Incoming {
  const headers = new Map<string, string>();
  for (const [name, value] of fields)
    if (
      /^(?:cache-control|content-|expires$|x-oss-(?:meta-|server-side-|storage-class$|tagging$|object-acl$))/.test(
        name,
      )
    )
      headers.set(name, value);
  const type = fields.get('x-oss-content-type') ?? fileType ?? fields.get('content-type');
  if (type !== undefined) headers.set('content-type', type);
  if (fields.get('x-oss-forbid-overwrite') === 'true') headers.set('x-oss-forbid-overwrite', 'true');
  return { ...request, headers };
}

function signatureV4(
  policy: string,
  fields: ReadonlyMap<string, string>,
  settings: OssSignatureSettings,
): string {
  const [id = '', day = '', region = '', product = '', terminator = ''] = (
    fields.get('x-oss-credential') ?? ''
  ).split('/');
  const date = fields.get('x-oss-date') ?? '';
  const scope = [day, region, product, terminator];
  const right =
    fields.get('x-oss-signature-version') === V4 &&
    scope.slice(1).join('/') === `${settings.region}/oss/aliyun_v4_request` &&
    date.startsWith(`${day}T`);
  const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const age = settings.now() - time;
  if (!right || !(age < LONGEST_MS))
    throw new ServiceError(
      403,
      'AccessDenied',
      'Invalid according to Policy: the signature is of another time or place.',
    );
  const { secretAccessKey } = credentialOf(id, fields.get('x-oss-security-token'), settings);
  return createHmac('sha256', signingKeyV4(secretAccessKey, scope)).update(policy).digest('hex');
}

function signatureV1(
  policy: string,
  fields: ReadonlyMap<string, string>,
  settings: OssSignatureSettings,
): string {
  const id = fields.get('ossaccesskeyid') ?? '';
  const { secretAccessKey } = credentialOf(id, fields.get('x-oss-security-token'), settings);
  return createHmac('sha1', secretAccessKey).update(policy).digest('base64');
}
