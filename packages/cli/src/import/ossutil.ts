import { present, withScheme, type Found } from './found-store.js';
import { iniSections, type IniSection } from './ini-sections.js';

const TAKEN = new Set([
  'accesskeyid',
  'accesskeysecret',
  'ststoken',
  'endpoint',
  'region',
  'language',
  'mode',
]);

/** The profiles of `.ossutilconfig`, of ossutil 1 and 2. The one without a name is called `ossutil`. */
export function fromOssutil(text: string): readonly Found[] {
  return iniSections(text).map(profile);
}

function profile({ name: section, values, unclear }: IniSection): Found {
  const [, named] = /^profile\s+(.+)$/i.exec(section) ?? [];
  const isStandard = /^(?:credentials|default|profile\s+default)$/i.test(section);
  if (!isStandard && named === undefined) return { name: section, why: 'it is no profile' };
  const name = isStandard || named === undefined ? 'ossutil' : named;
  // `access-key-id`, `accessKeyID` and so on are one.
  const plain = (key: string): string => key.toLowerCase().replace(/[-_]/g, '');
  const byName = new Map(Array.from(values, ([key, value]) => [plain(key), value] as const));
  const odd = unclear.filter((key) => TAKEN.has(plain(key)));
  if (odd.length > 0)
    return {
      name,
      why: `its ${odd.join(', ')} could be read in two ways (a quote, a ";" or a "#" is in it)`,
    };
  const mode = byName.get('mode');
  if (mode !== undefined && mode !== 'AK' && mode !== 'StsToken')
    return { name, why: `its credentials are of the mode ${JSON.stringify(mode)}` };
  const endpoint = withScheme(byName.get('endpoint'));
  const region = byName.get('region') || regionIn(endpoint);
  if (region === undefined) return { name, why: 'it names no region' };
  return {
    name,
    entry: { provider: 'oss', region: region.replace(/^(?!oss-)/, 'oss-'), ...present({ endpoint }) },
    secrets: present({
      accessKeyId: byName.get('accesskeyid'),
      accessKeySecret: byName.get('accesskeysecret'),
      stsToken: byName.get('ststoken'),
    }),
    left: [...values.keys(), ...unclear].filter((key) => !TAKEN.has(plain(key))),
  };
}

/** Of the hosts that Alibaba Cloud publishes for each region. */
function regionIn(endpoint: string | undefined): string | undefined {
  const [, region] =
    /^https?:\/\/(oss-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com\/?$/.exec(endpoint ?? '') ?? [];
  return region?.startsWith('oss-accelerate') ? undefined : region;
}
