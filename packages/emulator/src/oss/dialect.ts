import { ServiceError, type Answer, type Incoming } from '@store/s3-server';

/** What both call by almost the same names, behind their own prefix. */
const ENCRYPTION = {
  encryption: 'x-amz-server-side-encryption',
  keyId: {
    oss: 'x-amz-server-side-encryption-key-id',
    s3: 'x-amz-server-side-encryption-aws-kms-key-id',
  },
} as const;

/**
 * A write names AES256 or KMS, and a key that has a name: https://help.aliyun.com/en/oss/user-guide/0005-00000205
 *
 * @throws ServiceError
 */
export function checkEncryption({ headers }: Incoming): void {
  const said = headers.get('x-oss-server-side-encryption');
  if (said !== undefined && said !== 'AES256' && said !== 'KMS') {
    throw new ServiceError(
      400,
      'InvalidEncryptionAlgorithmError',
      'The Encryption request you specified is not valid. Supported value: AES256, KMS.',
    );
  }
  if (headers.get('x-oss-server-side-encryption-key-id') === '')
    throw new ServiceError(400, 'InvalidArgument', 'The key of the encryption has no name.');
}

/** A request to OSS in the words of S3: headers are named alike but for their prefix. */
export function asS3Request(request: Incoming): Incoming {
  const headers = new Map<string, string>();
  for (const [name, value] of request.headers) headers.set(name.replace(/^x-oss-/, 'x-amz-'), value);
  const { encryption, keyId } = ENCRYPTION;
  if (headers.get(encryption) === 'KMS') headers.set(encryption, 'aws:kms');
  const key = headers.get(keyId.oss);
  if (key !== undefined) headers.set(keyId.s3, key);
  headers.delete(keyId.oss);
  if (headers.get('x-amz-forbid-overwrite') === 'true') headers.set('if-none-match', '*');
  // It says nothing about the body here: UNSIGNED-PAYLOAD always.
  headers.delete('x-amz-content-sha256');
  return { ...request, headers };
}

/** An answer of S3 in the words of OSS. */
export function asOssAnswer({ status, headers = {}, body }: Answer): Answer {
  const { encryption, keyId } = ENCRYPTION;
  const renamed = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      (name === keyId.s3 ? keyId.oss : name).replace(/^x-amz-/, 'x-oss-'),
      name === encryption && value === 'aws:kms' ? 'KMS' : value,
    ]),
  );
  const text = typeof body === 'string' ? body.replace(/ xmlns="[^"]*"/, '') : body;
  return { status, headers: renamed, body: text };
}
