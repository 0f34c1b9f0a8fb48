import type { Signed } from '../auth/sigv4.js';
import { xmlAnswer, type Answer } from '../http/answer.js';
import { urlOf, type RequestHead } from '../http/incoming.js';
import { encodeRfc3986, Query } from '../http/query.js';
import { ServiceError } from '../http/service-error.js';
import type { Route } from '../route.js';
import { tagsOfDocument } from '../tagging.js';
import { unkept } from '../unkept.js';
import { element, textElement } from '../xml.js';
import type { Form } from './form.js';
import type { LengthRange } from './post-policy.js';

/** Fields that are headers of the object's write. */
const HEADERS =
  /^(?:cache-control|content-disposition|content-encoding|content-language|content-md5|content-type|expires|if-match|if-none-match|x-amz-(?:meta-.+|storage-class|tagging|acl|website-redirect-location|server-side-.+|object-lock-.+|checksum-.+))$/;

/** Other fields with such names are of the form itself, or say who sends it. */
const OF_FORM = /^x-amz-(?:algorithm|credential|date|security-token|signature)$/;

/** Names that mean something to S3: a field of such a name that nobody here knows would be forgotten. What else a form has means nothing. */
const MEANT = /^(?:x-amz-|content-|if-|range$)/;

/** Whether a request is a browser's form with a file, for a bucket. */
export function isFormUpload(
  { method, headers, rawQuery }: RequestHead,
  { key }: Pick<Route, 'key'>,
): boolean {
  const type = headers.get('content-type') ?? '';
  return method === 'POST' && key === undefined && rawQuery === '' && /^multipart\/form-data\b/i.test(type);
}

/** The key that a form names; `${filename}` in it is the file's name, without the directories that some browsers send. */
export function keyOf({ fields, fileName }: Form): string {
  const name = fileName.split(/[/\\]/).at(-1) ?? '';
  const key = fields.get('key')?.replaceAll('${filename}', () => name) ?? '';
  if (key !== '') return key;
  throw new ServiceError(400, 'InvalidArgument', "Bucket POST must contain a field named 'key'.");
}

/** The same as a PUT of the file. @throws ServiceError for tags that are none; `NotImplemented` for a field that would be forgotten */
export function putOf(head: RequestHead, { fields }: Form, bucket: string, key: string): RequestHead {
  for (const name of fields.keys())
    if (MEANT.test(name) && !HEADERS.test(name) && !OF_FORM.test(name)) throw unkept('field', name);
  const headers = new Map([...fields].filter(([name]) => HEADERS.test(name)));
  const acl = fields.get('acl');
  if (acl !== undefined) headers.set('x-amz-acl', acl);
  const tagging = fields.get('tagging');
  if (tagging !== undefined) {
    const tags = tagsOfDocument(Buffer.from(tagging));
    headers.set('x-amz-tagging', new URLSearchParams(Object.entries(tags)).toString());
  }
  const rawPath = `/${encodeRfc3986(bucket)}/${encodeRfc3986(key, true)}`;
  return { ...head, method: 'PUT', rawPath, query: Query.parse(''), rawQuery: '', headers };
}

/** What the signature of a policy says: nothing about the file. */
export function signedBy(accessKeyId: string): Signed {
  return { accessKeyId, signedHeaders: [], payload: 'UNSIGNED-PAYLOAD', signature: '', signChunk: () => '' };
}

/** The file, held against what the policy allows; what is wrong never becomes an object. */
export async function* within(
  file: AsyncIterable<Buffer>,
  { min, max }: LengthRange,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > max) {
      throw new ServiceError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
        MaxSizeAllowed: String(max),
      });
    }
    yield chunk;
  }
  if (bytes >= min) return;
  throw new ServiceError(
    400,
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    {
      ProposedSize: String(bytes),
      MinSizeAllowed: String(min),
    },
  );
}

/** Where a form was sent to, and what it became. */
interface FormTarget {
  readonly request: RequestHead;
  readonly bucket: string;
  readonly key: string;
}

/** The answer to a form, as it asks for it. */
export function formAnswer(put: Answer, { fields }: Form, { request, bucket, key }: FormTarget): Answer {
  const { etag = '', ...headers } = put.headers ?? {};
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  const location = urlOf(request, `${request.rawPath.replace(/\/+$/, '')}/${encodeRfc3986(key, true)}`);
  const url = redirect !== undefined && URL.canParse(redirect) ? new URL(redirect) : undefined;
  // A browser is sent nowhere else: to no script, and to no file.
  if (url && /^https?:$/.test(url.protocol)) {
    for (const [name, value] of Object.entries({ bucket, key, etag })) url.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, etag, location: url.href } };
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    const document = element(
      'PostResponse',
      textElement('Location', location),
      textElement('Bucket', bucket),
      textElement('Key', key),
      textElement('ETag', etag),
    );
    return xmlAnswer(document, { ...headers, etag, location }, 201);
  }
  return { status: status === '200' ? 200 : 204, headers: { ...headers, etag, location } };
}
