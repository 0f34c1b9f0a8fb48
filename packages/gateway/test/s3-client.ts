import { createHash } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { signed, type SignedRequest } from './raw-client.js';

export interface ClientAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** A client of a gateway that keeps its connections, and gives up when one breaks. */
export class S3Client {
  readonly #url: URL;
  readonly #agent: Agent;

  /** @param connections at the same time */
  constructor(url: string, connections = Infinity) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  async ask(request: SignedRequest, body: Uint8Array = Buffer.alloc(0)): Promise<ClientAnswer> {
    const headers = { 'content-length': String(body.length), ...request.headers };
    const [first = '', ...lines] = signed({ ...request, headers })
      .head.trimEnd()
      .split('\r\n');
    const [method = '', path = ''] = first.split(' ');
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpRequest({
        agent: this.#agent,
        host: this.#url.hostname,
        port: this.#url.port,
        method,
        path,
        headers: Object.fromEntries(lines.map((line) => line.split(': ', 2))) as Record<string, string>,
      });
      outgoing.on('error', reject).on('response', resolve).end(body);
    });
    return { status: message.statusCode ?? 0, body: await buffer(message) };
  }

  /** Writes an object in parts. @returns the status of what ended it */
  async putInParts(key: string, parts: readonly Buffer[]): Promise<number> {
    const path = `/demo/${key}`;
    const begun = await this.ask({ method: 'POST', path, query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body.toString())?.[1] ?? '';
    const listed: string[] = [];
    for (const [i, part] of parts.entries()) {
      const number = String(i + 1);
      const { status } = await this.ask(
        { method: 'PUT', path, query: { uploadId, partNumber: number } },
        part,
      );
      if (status !== 200) return status;
      const etag = createHash('md5').update(part).digest('hex');
      listed.push(`<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
    }
    const document = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
    return (await this.ask({ method: 'POST', path, query: { uploadId } }, Buffer.from(document))).status;
  }

  close(): void {
    this.#agent.destroy();
  }
}
