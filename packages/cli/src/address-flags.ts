import { Option, type Command } from 'commander';
import type { AddressSettings } from '@store/core';

const FLAGS: Readonly<Record<keyof AddressSettings, readonly [flags: string, help: string]>> = {
  endpoint: ['--endpoint <url>', 'of addresses such as s3://bucket/key: URL of the service'],
  region: ['--region <name>', 'of such addresses: the region'],
  profile: ['--profile <name>', 'of s3:// addresses: a profile of the shared credentials file'],
  service: ['--service <name>', 'of s3:// addresses: which service it is, such as minio or ceph'],
  pathStyle: ['--path-style', 'of such addresses: host/bucket/key, not bucket.host/key'],
};

/** Commands without addresses in the form of a URL, which have flags of these names for other things. */
const WITHOUT = ['serve'];

/** Adds the flags that say where the buckets of URLs are. */
export function addAddressFlags(program: Command, args: readonly string[]): void {
  if (WITHOUT.some((name) => args.includes(name))) return;
  for (const [flags, help] of Object.values(FLAGS)) program.addOption(new Option(flags, help));
}

/** Such as `--path-style`. */
export function flagOf(name: keyof AddressSettings): string {
  return FLAGS[name][0].replace(/ .*/, '');
}
