import { present, type Found } from './found-store.js';
import { iniSections } from './ini-sections.js';

const STYLES: Readonly<Record<string, boolean>> = { path: true, virtual: false };

/**
 * The profiles of the AWS CLI's configuration and credentials. Secrets stay where they are: the store names the profile, by
 * which the SDK finds them.
 */
export function fromAws(config: string, credentials: string): readonly Found[] {
  const profiles = new Map<string, Map<string, string>>();
  for (const { name, values } of [...iniSections(credentials), ...iniSections(config)]) {
    // Others, such as `sso-session x`, are parts of profiles.
    if (/^(?!profile )\S+ /.test(name)) continue;
    const profile = name
      .replace(/^profile /, '')
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2');
    profiles.set(profile, new Map([...(profiles.get(profile) ?? []), ...values]));
  }
  return [...profiles].map(([name, values]) => {
    const forcePathStyle = STYLES[values.get('addressing_style') ?? ''];
    return {
      name,
      entry: {
        provider: 's3',
        credentialsProfile: name,
        ...present<unknown>({
          region: values.get('region'),
          endpoint: values.get('endpoint_url'),
          quirks: forcePathStyle === undefined ? undefined : { forcePathStyle },
        }),
      },
      secrets: {},
      left: values.has('services') ? ['services'] : [],
    };
  });
}
