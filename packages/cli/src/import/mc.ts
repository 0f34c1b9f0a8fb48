import * as v from 'valibot';
import { present, type Found } from './found-store.js';

const text = v.optional(v.string(), '');
const aliases = v.record(
  v.string(),
  v.object({ url: text, accessKey: text, secretKey: text, sessionToken: text, api: text, path: text }),
);
const file = v.object({ aliases: v.optional(aliases, {}), hosts: v.optional(aliases, {}) });

/** The aliases of MinIO's client. */
export function fromMc(json: unknown): readonly Found[] {
  const read = v.parse(file, json);
  return Object.entries({ ...read.hosts, ...read.aliases }).map(([name, alias]): Found => {
    const { url, accessKey, secretKey, sessionToken, api, path } = alias;
    if (!/^https?:\/\//.test(url)) return { name, why: 'it has no URL' };
    if (accessKey === '' || secretKey === '') return { name, why: 'it has no keys' };
    if (/v2$/i.test(api)) return { name, why: `its signatures are ${JSON.stringify(api)}` };
    const isAws = /^https:\/\/s3\.amazonaws\.com\/?$/.test(url);
    const forcePathStyle = path === 'on' ? true : path === 'off' || path === 'dns' ? false : undefined;
    return {
      name,
      entry: {
        provider: 's3',
        ...present<unknown>({
          endpoint: isAws ? undefined : url,
          quirks: forcePathStyle === undefined ? undefined : { forcePathStyle },
        }),
      },
      secrets: present({ accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken }),
      left: [],
    };
  });
}
