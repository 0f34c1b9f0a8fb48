import { createHmac } from 'node:crypto';
import { credentialOf, type Credential } from '../auth/credential.js';
import { sigV2 } from '../auth/sigv2.js';
import { sameText, signingKey } from '../auth/sigv4.js';
import { ServiceError } from '../http/service-error.js';

/** Whether a form is signed with version 2. */
export function isPolicyV2(fields: Fields): boolean {
  return fields.has('awsaccesskeyid') && !fields.has('x-amz-algorithm');
}

/** A form's fields, with its bucket among them. */
type Fields = ReadonlyMap<string, string>;

/** How many bytes the file may have. */
export interface LengthRange {
  readonly min: number;
  readonly max: number;
}

export interface PolicySettings {
  readonly credentials: readonly Credential[];
  readonly region: string;
  readonly now: number;
}

/** As ISO 8601 writes times. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Fields that need no condition. */
const FREE = /^(?:x-amz-signature|signature|awsaccesskeyid|policy|x-ignore-.*)$/;

/**
 * Verifies the policy of a form: its signature (version 4) first, then its time, and that each field is as it says.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 *
 * @returns who signed it, and how long the file may be
 * @throws ServiceError `AccessDenied`, `InvalidAccessKeyId`, `SignatureDoesNotMatch`, `InvalidPolicyDocument`
 */
export function verifyPolicy(
  fields: Fields,
  { credentials, region, now }: PolicySettings,
): { readonly accessKeyId: string; readonly range: LengthRange } {
  const policy = fields.get('policy');
  if (policy === undefined) throw denied('Access Denied');
  if (fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256')
    throw denied('A policy has to be signed with AWS4-HMAC-SHA256.');
  const parts = (fields.get('x-amz-credential') ?? '').split('/');
  const scope = parts.splice(-4);
  const accessKeyId = parts.join('/');
  const [day = '', ...rest] = scope;
  const asked = rest.join('/') === `${region}/s3/aws4_request`;
  if (!asked || fields.get('x-amz-date')?.startsWith(`${day}T`) !== true)
    throw denied(
      `The credential of the policy has to be for ${region}/s3/aws4_request, on the day of its date.`,
    );
  const credential = credentialOf(credentials, accessKeyId);
  const key = signingKey(credential.secretAccessKey, scope.join('/'));
  const signature = createHmac('sha256', key).update(policy).digest('hex');
  const expired = credential.expiresAt !== undefined && now >= credential.expiresAt;
  if (
    !sameText(signature, signatureIn(fields, 'X-Amz-Signature')) ||
    fields.get('x-amz-security-token') !== credential.sessionToken ||
    expired
  ) {
    throw new ServiceError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  return { accessKeyId, range: checkedPolicy(policy, fields, now) };
}

/**
 * The same for a policy that is signed with version 2, as pages have it that are older than version 4: the signature is that of the
 * policy as it is in the form. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/HTTPPOSTExamples.html
 */
export function verifyPolicyV2(
  fields: Fields,
  { credentials, now }: Omit<PolicySettings, 'region'>,
): { readonly accessKeyId: string; readonly range: LengthRange } {
  const policy = fields.get('policy');
  if (policy === undefined) throw denied('Access Denied');
  const credential = credentialOf(credentials, fields.get('awsaccesskeyid') ?? '');
  if (!sameText(sigV2(credential.secretAccessKey, policy), signatureIn(fields, 'Signature'))) {
    throw new ServiceError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  return { accessKeyId: credential.accessKeyId, range: checkedPolicy(policy, fields, now) };
}

/** @throws ServiceError `InvalidArgument`, as S3, where there is none */
function signatureIn(fields: Fields, name: string): string {
  const signature = fields.get(name.toLowerCase());
  if (signature !== undefined) return signature;
  const message = `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`;
  throw new ServiceError(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: '' });
}

/** What a policy of S3 allows; a field that it does not speak of is refused, and so is any bucket. */
function checkedPolicy(policy: string, fields: Fields, now: number): LengthRange {
  const { covered, range } = checkPolicy(policy, fields, now);
  const extra = [...fields.keys()].find((name) => !covered.has(name) && !FREE.test(name));
  if (extra !== undefined) throw denied(`Invalid according to Policy: Extra input fields: ${extra}`);
  return range;
}

/**
 * Holds the fields of a form against its policy.
 *
 * @returns the fields that the policy speaks of, and how long the file may be
 * @throws ServiceError `AccessDenied`, `InvalidPolicyDocument`
 */
export function checkPolicy(
  policy: string,
  fields: Fields,
  now: number,
): { readonly covered: ReadonlySet<string>; readonly range: LengthRange } {
  const { expiration, conditions } = documentOf(policy);
  const until = typeof expiration === 'string' && TIME.test(expiration) ? Date.parse(expiration) : NaN;
  if (Number.isNaN(until) || !Array.isArray(conditions)) throw invalid();
  if (until <= now) throw denied('Invalid according to Policy: Policy expired.');
  const covered = new Set<string>();
  let range = { min: 0, max: Infinity };
  for (const condition of conditions as readonly unknown[]) {
    if (Array.isArray(condition) && operatorOf(condition[0]) === 'content-length-range') {
      const [min, max] = [Number(condition[1]), Number(condition[2])];
      if (!(min >= 0 && max >= min)) throw invalid();
      range = { min: Math.max(range.min, min), max: Math.min(range.max, max) };
      continue;
    }
    const { name, how, value } = matchOf(condition);
    covered.add(name);
    const given = fields.get(name) ?? '';
    if (how === 'eq' ? given === value : given.startsWith(value)) continue;
    throw denied(`Invalid according to Policy: Policy Condition failed: ${JSON.stringify(condition)}`);
  }
  return { covered, range };
}

interface Match {
  readonly name: string;
  readonly how: 'eq' | 'starts-with';
  readonly value: string;
}

/** Like the names of fields, in any case. */
function operatorOf(operator: unknown): string | undefined {
  return typeof operator === 'string' ? operator.toLowerCase() : undefined;
}

/** `{ "name": "value" }`, or `["starts-with", "$name", "value"]`. */
function matchOf(condition: unknown): Match {
  if (Array.isArray(condition)) {
    const [operator, name, value] = condition as readonly unknown[];
    const how = operatorOf(operator);
    const known = how === 'eq' || how === 'starts-with';
    if (!known || typeof name !== 'string' || !name.startsWith('$') || typeof value !== 'string')
      throw invalid();
    return { name: name.slice(1).toLowerCase(), how, value };
  }
  if (typeof condition !== 'object' || condition === null) throw invalid();
  const [[name, value] = ['', undefined], ...more]: [string, unknown][] = Object.entries(condition);
  if (typeof value !== 'string' || more.length > 0) throw invalid();
  return { name: name.toLowerCase(), how: 'eq', value };
}

function documentOf(policy: string): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(Buffer.from(policy, 'base64').toString());
    if (typeof document === 'object' && document !== null) return { ...document };
  } catch {
    // Said below.
  }
  throw invalid();
}

function denied(message: string): ServiceError {
  return new ServiceError(403, 'AccessDenied', message);
}

function invalid(): ServiceError {
  return new ServiceError(
    400,
    'InvalidPolicyDocument',
    'The content of the form does not meet the conditions specified in the policy document.',
  );
}
