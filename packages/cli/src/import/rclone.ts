import { present, withScheme, type Found } from './found-store.js';
import { iniSections, refuseEncrypted, type IniSection } from './ini-sections.js';

/** What rclone calls services, and what `@store/s3` does. */
const SERVICES: Readonly<Record<string, string>> = {
  AWS: 'aws',
  Alibaba: 'oss',
  Ceph: 'ceph',
  Cloudflare: 'r2',
  GCS: 'gcs',
  HuaweiOBS: 'obs',
  Minio: 'minio',
  Other: 'generic',
  TencentCOS: 'cos',
};

const TAKEN = new Set([
  'type',
  'provider',
  'env_auth',
  'profile',
  'access_key_id',
  'secret_access_key',
  'session_token',
  'region',
  'endpoint',
  'force_path_style',
]);

/** The remotes of `rclone.conf`. */
export function fromRclone(text: string): readonly Found[] {
  refuseEncrypted(text);
  return iniSections(text).map(remote);
}

function remote({ name, values, unclear }: IniSection): Found {
  const of = (key: string): string | undefined => values.get(key) || undefined;
  const type = of('type') ?? '';
  if (type !== 's3') return { name, why: `its type is ${JSON.stringify(type)}` };
  const service = SERVICES[of('provider') ?? ''];
  if (service === undefined)
    return { name, why: `its provider ${JSON.stringify(of('provider') ?? '')} is not known` };
  const odd = unclear.filter((key) => TAKEN.has(key));
  if (odd.length > 0)
    return {
      name,
      why: `its ${odd.join(', ')} could be read in two ways (a quote, a ";" or a "#" is in it)`,
    };
  const path = of('force_path_style');
  return {
    name,
    entry: {
      provider: 's3',
      ...present<unknown>({
        profile: service,
        region: of('region'),
        endpoint: withScheme(of('endpoint')),
        credentialsProfile: of('access_key_id') === undefined ? of('profile') : undefined,
        quirks: path === undefined ? undefined : { forcePathStyle: path === 'true' },
      }),
    },
    secrets: present({
      accessKeyId: of('access_key_id'),
      secretAccessKey: of('secret_access_key'),
      sessionToken: of('session_token'),
    }),
    left: [...values.keys(), ...unclear].filter((key) => !TAKEN.has(key)),
  };
}
