import {
  type Answer,
  type Bucket,
  type Buckets,
  type FaceCall,
  type Incoming,
  ServiceError,
  type Subject,
} from '@store/s3-server';
import type { ObjectInfo } from '@store/core';

/** What OSS has and S3 has not: objects that grow, and objects that point to others. */
type SpecialOperation = 'AppendObject' | 'PutSymlink' | 'GetSymlink';

/** The operation that a request asks for, where it is none of S3's. */
export function specialOperation({ method, query }: Incoming): SpecialOperation | undefined {
  if (method === 'POST' && query.has('append')) return 'AppendObject';
  if (!query.has('symlink')) return undefined;
  return method === 'PUT' ? 'PutSymlink' : method === 'GET' ? 'GetSymlink' : undefined;
}

interface Special {
  readonly type: 'Appendable' | 'Symlink';
  readonly target?: string;
  /** Which write made it: an object that was written since then is a plain one. */
  readonly etag: string | undefined;
  readonly lastModified: number | undefined;
}

/** Which objects are appendable, and which are symlinks, in every bucket. */
export class ObjectTypes {
  readonly #specials = new WeakMap<Bucket, Map<string, Special>>();

  /** Carries out what is none of S3's operations; undefined for those that are. */
  async perform({ request, subject }: FaceCall, buckets: Buckets): Promise<Answer | undefined> {
    const operation = specialOperation(request);
    const bucket = buckets.find(subject.bucket ?? '');
    const { key } = subject;
    if (operation === undefined || !bucket || key === undefined) return undefined;
    if (operation === 'AppendObject') return this.#append(bucket, key, request);
    return operation === 'PutSymlink'
      ? this.#putSymlink(bucket, key, request)
      : this.#getSymlink(bucket, key);
  }

  /** Reading a symlink reads what it points to; everything else acts on the symlink itself. */
  async followed(subject: Subject, buckets: Buckets): Promise<Subject> {
    const { operation, key } = subject;
    const bucket = buckets.find(subject.bucket ?? '');
    if (!bucket || key === undefined || (operation !== 'GetObject' && operation !== 'HeadObject'))
      return subject;
    const info = await bucket.objects.read.head({ key }, {}).catch(() => undefined);
    const target = info && this.#current(bucket, info)?.target;
    return target === undefined ? subject : { ...subject, key: target };
  }

  readonly typeOf = (bucket: Bucket, info: ObjectInfo): string => {
    const special = this.#current(bucket, info);
    return special?.type ?? (/-\d+"$/.test(info.etag ?? '') ? 'Multipart' : 'Normal');
  };

  async #append(bucket: Bucket, key: string, { query, body }: Incoming): Promise<Answer> {
    const before = await bucket.objects.read.head({ key }, {}).catch(() => undefined);
    const length = before?.size ?? 0;
    if (before && this.#current(bucket, before)?.type !== 'Appendable') {
      throw new ServiceError(409, 'ObjectNotAppendable', 'The object is not appendable');
    }
    if (Number(query.get('position')) !== length) {
      throw new ServiceError(
        409,
        'PositionNotEqualToLength',
        'Position is not equal to file length',
        {},
        { 'x-oss-next-append-position': String(length) },
      );
    }
    const chunks: Buffer[] = [];
    if (before) {
      const { body: present } = await bucket.objects.read.get({ key }, {});
      for await (const chunk of present as AsyncIterable<Buffer>) chunks.push(chunk);
    }
    await this.#write(bucket, key, Buffer.concat([...chunks, body]), { type: 'Appendable' });
    return { status: 200, headers: { 'x-oss-next-append-position': String(length + body.length) } };
  }

  async #putSymlink(bucket: Bucket, key: string, { headers }: Incoming): Promise<Answer> {
    const target = decodeURIComponent(headers.get('x-oss-symlink-target') ?? '');
    if (target === '') {
      throw new ServiceError(400, 'InvalidArgument', 'The symlink target is missing');
    }
    await this.#write(bucket, key, Buffer.alloc(0), { type: 'Symlink', target });
    return { status: 200 };
  }

  async #getSymlink(bucket: Bucket, key: string): Promise<Answer> {
    const info = await bucket.objects.read.head({ key }, {});
    const target = this.#current(bucket, info)?.target;
    if (target === undefined) {
      throw new ServiceError(400, 'NotSymlink', 'The object is not symlink');
    }
    return { status: 200, headers: { 'x-oss-symlink-target': encodeURIComponent(target) } };
  }

  async #write(
    bucket: Bucket,
    key: string,
    body: Buffer,
    special: Pick<Special, 'type' | 'target'>,
  ): Promise<void> {
    await bucket.objects.write.put({ key, body }, {});
    const { etag, lastModified } = await bucket.objects.read.head({ key }, {});
    const ofBucket = this.#specials.get(bucket) ?? new Map<string, Special>();
    this.#specials.set(bucket, ofBucket);
    ofBucket.set(key, { ...special, etag, lastModified: lastModified?.getTime() });
  }

  #current(bucket: Bucket, { key, etag, lastModified }: ObjectInfo): Special | undefined {
    const special = this.#specials.get(bucket)?.get(key);
    return special?.etag === etag && special?.lastModified === lastModified?.getTime() ? special : undefined;
  }
}
