import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemons, execute, missingCommand } from './daemons.js';
import type { Access, RealServer } from './real-server.js';

const PROXY_PORT = 18_085;
const MEMCACHED_PORT = 18_311;
const RINGS = { account: 16_202, container: 16_201, object: 16_200 } as const;

/** Swift reads this one file from a fixed place; what was there is put back. */
const GLOBAL_CONF = '/etc/swift/swift.conf';
const KEPT_CONF = `${GLOBAL_CONF}.store-test-kept`;

/** By default a value of metadata has at most 256 bytes; S3 allows 2 KiB for all of them together. */
const HASHES = `[swift-hash]
swift_hash_path_suffix = loopback
swift_hash_path_prefix =
[storage-policy:0]
name = Policy-0
default = yes
[swift-constraints]
max_meta_value_length = 4096
`;

/** Middleware of the proxy, in order. Object versioning needs `symlink` behind `versioned_writes`. */
const FILTERS: readonly (readonly [name: string, egg: string, settings?: string])[] = [
  ['catch_errors', 'catch_errors'],
  ['gatekeeper', 'gatekeeper'],
  ['healthcheck', 'healthcheck'],
  ['cache', 'memcache', `memcache_servers = 127.0.0.1:${MEMCACHED_PORT}`],
  ['listing_formats', 'listing_formats'],
  ['bulk', 'bulk'],
  ['s3api', 's3api', 'location = us-east-1\ns3_acl = false\ndns_compliant_bucket_names = true'],
  ['tempauth', 'tempauth', 'user_test_tester = testing .admin'],
  ['copy', 'copy'],
  ['slo', 'slo'],
  ['dlo', 'dlo'],
  ['versioned_writes', 'versioned_writes', 'allow_versioned_writes = true\nallow_object_versioning = true'],
  ['symlink', 'symlink'],
];

function proxyConfiguration(etc: string): string {
  const filters = FILTERS.map(
    ([name, egg, settings = '']) => `[filter:${name}]\nuse = egg:swift#${egg}\n${settings}\n`,
  );
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${PROXY_PORT}
user = root
swift_dir = ${etc}
workers = 1
log_level = ERROR
[pipeline:main]
pipeline = ${FILTERS.map(([name]) => name).join(' ')} proxy-server
${filters.join('')}[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
`;
}

function storageConfiguration(kind: string, port: number, etc: string, devices: string): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
user = root
swift_dir = ${etc}
devices = ${devices}
mount_check = false
disable_fallocate = true
workers = 1
log_level = ERROR
[pipeline:main]
pipeline = ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
allow_versions = true
`;
}

/** OpenStack Swift with its S3 API, from Debian's packages swift-proxy, -account, -container, -object and memcached. */
export class Swift implements RealServer {
  readonly name = 'swift';
  #daemons: Daemons | undefined;

  async missing(): Promise<string | undefined> {
    const servers = ['swift-proxy-server', ...Object.keys(RINGS).map((kind) => `swift-${kind}-server`)];
    const command = await missingCommand(...servers, 'swift-ring-builder', 'memcached');
    return command === undefined ? undefined : `${command} is not installed`;
  }

  async start(directory: string): Promise<Access> {
    const etc = join(directory, 'etc');
    const devices = join(directory, 'node');
    const log = join(directory, 'log');
    for (const path of [etc, join(devices, 'd1'), log]) await mkdir(path, { recursive: true });
    await mkdir('/etc/swift', { recursive: true });
    await copyFile(GLOBAL_CONF, KEPT_CONF).catch(() => undefined);
    await writeFile(GLOBAL_CONF, HASHES);
    await writeFile(join(etc, 'swift.conf'), HASHES);
    const daemons = new Daemons(log);
    this.#daemons = daemons;
    daemons.start('memcached', 'memcached', [
      '-u',
      'root',
      '-l',
      '127.0.0.1',
      '-p',
      String(MEMCACHED_PORT),
      '-m',
      '64',
    ]);
    for (const [kind, port] of Object.entries(RINGS)) {
      const conf = join(etc, `${kind}-server.conf`);
      await writeFile(conf, storageConfiguration(kind, port, etc, devices));
      const ring = (...args: readonly string[]) =>
        execute('swift-ring-builder', [`${kind}.builder`, ...args], { cwd: etc });
      await ring('create', '6', '1', '1');
      await ring('add', `r1z1-127.0.0.1:${port}/d1`, '1');
      await ring('rebalance');
      daemons.start(kind, `swift-${kind}-server`, [conf]);
    }
    const proxy = join(etc, 'proxy-server.conf');
    await writeFile(proxy, proxyConfiguration(etc));
    daemons.start('proxy', 'swift-proxy-server', [proxy]);
    await daemons.listening('proxy', PROXY_PORT);
    for (const [kind, port] of Object.entries(RINGS)) await daemons.listening(kind, port);
    return {
      endpoint: `http://127.0.0.1:${PROXY_PORT}`,
      region: 'us-east-1',
      accessKeyId: 'test:tester',
      secretAccessKey: 'testing',
    };
  }

  async stop(): Promise<void> {
    await this.#daemons?.stop();
    await rename(KEPT_CONF, GLOBAL_CONF).catch(() => rm(GLOBAL_CONF, { force: true }));
  }
}
