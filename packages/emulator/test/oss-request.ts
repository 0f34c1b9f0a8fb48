import { createHmac } from 'node:crypto';

export interface OssAnswer {
  readonly status: number;
  /** Of an error document. */
  readonly code: string | undefined;
  readonly body: string;
}

/**
 * A request to the OSS face with any body, signed with version 1 by hand: no SDK puts it right on its way.
 *
 * @param signed the resource that the signature is about
 */
export async function ossRequest(
  endpoint: string,
  method: string,
  resource: string,
  body = '',
  signed = resource,
): Promise<OssAnswer> {
  const date = new Date().toUTCString();
  const signature = createHmac('sha1', 'SK')
    .update(`${method}\n\napplication/xml\n${date}\n${signed}`)
    .digest('base64');
  const answer = await fetch(endpoint + encodeQuery(resource), {
    method,
    headers: { authorization: `OSS AK:${signature}`, date, 'content-type': 'application/xml' },
    ...(body === '' ? {} : { body }),
  });
  const text = await answer.text();
  return { status: answer.status, code: /<Code>([^<]*)<\/Code>/.exec(text)?.[1], body: text };
}

/** What is signed is not encoded, what is sent is. */
function encodeQuery(resource: string): string {
  const [path = '', query] = resource.split('?');
  if (query === undefined) return path;
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return value.length === 0 ? name : `${name}=${encodeURIComponent(value.join('='))}`;
  });
  return `${path}?${pairs.join('&')}`;
}
