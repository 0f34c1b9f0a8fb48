import { Content } from '../content.js';
import type { FaceCall, Subject } from '../face.js';
import type { Answer } from '../http/answer.js';
import type { Incoming } from '../http/incoming.js';
import { readDigests, type Payload } from '../payload.js';
import { addressOf } from '../route.js';
import { readForm, type Form } from './form.js';
import { formAnswer, isFormUpload, keyOf, putOf, within } from './form-upload.js';
import type { LengthRange } from './post-policy.js';

/** As S3 calls the upload of a form. */
export const POST_OBJECT = 'PostObject';

/** How a provider takes a form that has been read whole. */
interface FormService {
  /** By lower-case names, the key and the bucket among them. @throws ServiceError */
  readonly verify: (fields: ReadonlyMap<string, string>, form: Form) => { readonly range: LengthRange };
  /** The write that the form stands for, in the words of S3. @throws ServiceError */
  readonly put: (request: Incoming, form: Form) => Incoming;
  readonly perform: (call: FaceCall, payload: Payload) => Promise<Answer>;
}

/** What a form is about, as far as its address says; undefined for a request that is none. */
export function formSubject(request: Incoming): Subject | undefined {
  const { bucket, key } = addressOf(request);
  if (bucket === undefined || !isFormUpload(request, { key })) return undefined;
  return { operation: POST_OBJECT, bucket, key: undefined, keys: [] };
}

/** Carries a form out: its policy first, then the write of its file. @throws ServiceError */
export async function answerForm(call: FaceCall, service: FormService): Promise<Answer> {
  const { request, subject } = call;
  const { bucket = '' } = subject;
  const form = await readForm(only(request.body), request.headers.get('content-type') ?? '');
  const key = keyOf(form);
  const { range } = service.verify(new Map([...form.fields, ['key', key], ['bucket', bucket]]), form);
  const chunks: Buffer[] = [];
  for await (const chunk of within(form.file, range)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const put = service.put({ ...putOf(request, form, bucket, key), body }, form);
  const about = { operation: 'PutObject', bucket, key, keys: [key] };
  const payload = { body, content: Content.of(body), digests: readDigests(put, body, {}) };
  const answer = await service.perform({ ...call, request: put, subject: about }, payload);
  return formAnswer(answer, form, { request, bucket, key });
}

async function* only(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
