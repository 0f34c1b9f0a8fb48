import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { CREDENTIALS, firstPrefix, REGION, s3Endpoint, type Prepare } from './contestant.js';
import { InFlight } from './in-flight.js';
import { signRequest } from './sigv4.js';

/** Pages of encoded keys, deletes of 1000 keys with short answers: nothing but what has to be done for them. */
export const prepare: Prepare = async (target) => {
  const endpoint = new URL(s3Endpoint(target));
  const agent = new Agent({ keepAlive: true });
  const signing = { ...CREDENTIALS, region: REGION, host: endpoint.host };
  const path = `/${target.bucket}`;

  const send = async (method: string, query: string, body = ''): Promise<string> => {
    const digest = body === '' ? {} : { 'content-md5': createHash('md5').update(body).digest('base64') };
    const headers = { ...signRequest(signing, method, path, query, new Date()), ...digest };
    const { hostname, port } = endpoint;
    const answer = await new Promise<string>((resolve, reject) => {
      const sending = request(
        { agent, hostname, port, method, path: `${path}?${query}`, headers },
        (response) => {
          const read = text(response);
          if (response.statusCode === 200) read.then(resolve, reject);
          else
            read.then((said) => reject(new Error(`${response.statusCode}: ${said.slice(0, 500)}`)), reject);
        },
      );
      sending.on('error', reject).end(body);
    });
    return answer;
  };

  return async () => {
    const deletes = new InFlight(32);
    const prefix = encodeURIComponent(firstPrefix(target));
    let token = '';
    do {
      const query = `encoding-type=url&list-type=2&prefix=${prefix}`;
      // In the order of their names, as they are signed.
      const page = await send(
        'GET',
        token === '' ? query : `continuation-token=${encodeURIComponent(token)}&${query}`,
      );
      const keys = keysOf(page);
      if (keys.length > 0) {
        await deletes.start(async () => {
          const answer = await send('POST', 'delete=', documentOf(keys));
          if (answer.includes('<Error>')) throw new Error(answer.slice(0, 500));
        });
      }
      token = between(page, '<NextContinuationToken>', '</NextContinuationToken>');
    } while (token !== '');
    await deletes.end();
    agent.destroy();
    return undefined;
  };
};

function keysOf(page: string): string[] {
  const keys: string[] = [];
  for (let at = page.indexOf('<Key>'); at >= 0; at = page.indexOf('<Key>', at)) {
    const end = page.indexOf('</Key>', at);
    const key = page.slice(at + 5, end);
    keys.push(/[%+]/.test(key) ? decodeURIComponent(key.replaceAll('+', ' ')) : key);
    at = end;
  }
  return keys;
}

function documentOf(keys: readonly string[]): string {
  let document = '<Delete><Quiet>true</Quiet>';
  for (const key of keys) document += `<Object><Key>${escaped(key)}</Key></Object>`;
  return `${document}</Delete>`;
}

function escaped(key: string): string {
  return /[&<>]/.test(key)
    ? key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : key;
}

function between(document: string, begin: string, end: string): string {
  const at = document.indexOf(begin);
  return at < 0 ? '' : document.slice(at + begin.length, document.indexOf(end, at));
}
