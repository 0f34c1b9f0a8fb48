import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemons, execute, missingCommand } from './daemons.js';
import type { Access, RealServer } from './real-server.js';

const MON_PORT = 16_789;
const RGW_PORT = 17_480;

/** Pools that the gateway would make one by one, each a round of consensus. */
const POOLS = [
  '.rgw.root',
  'default.rgw.log',
  'default.rgw.control',
  'default.rgw.meta',
  'default.rgw.buckets.index',
  'default.rgw.buckets.data',
  'default.rgw.buckets.non-ec',
];

const QUIET = ['asok', 'mon', 'monc', 'ms', 'objecter', 'osd', 'paxos', 'rados', 'rgw', 'rocksdb'];

/** A cluster of one monitor and one storage daemon in memory, without authentication between them. */
function configuration(directory: string, fsid: string): string {
  const at = (name: string): string => join(directory, name);
  return `[global]
fsid = ${fsid}
mon host = v1:127.0.0.1:${MON_PORT}
mon initial members = a
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
ms bind ipv6 = false
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
run dir = ${at('run')}
admin socket = ${at('run')}/$name.asok
log file = ${at('log')}/$name.log
crash dir = ${at('run')}
pid file =
mon cluster log file = ${at('log')}/cluster.log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 2000
mon data avail warn = 2
mon data avail crit = 1
${QUIET.map((name) => `debug ${name} = 0/0`).join('\n')}
paxos propose interval = 0.05
paxos min wait = 0.01
[mon]
mon data = ${at('mon')}
[osd]
osd data = ${at('osd')}
osd objectstore = memstore
memstore device bytes = 8589934592
memstore page size = 4096
osd class update on start = false
# The daemon's own announcement can come before it knows the cluster, and then it gives up.
osd crush update on start = false
[client.rgw.a]
rgw data = ${at('rgw')}
# Without nodelay each small answer waits 40 ms for the client's delayed acknowledgement.
rgw frontends = beast endpoint=127.0.0.1:${RGW_PORT} tcp_nodelay=1
rgw dns name = localhost
rgw dynamic resharding = false
rgw run sync thread = false
# A day of lifecycle rules takes two seconds.
rgw lc debug interval = 2
rgw lifecycle work time = 00:00-23:59
`;
}

/**
 * Runs `ceph`. On a busy machine a monitor that has just begun drops a session, and the command says that it got no
 * descriptions of commands: nothing was done then, so it is tried again.
 */
async function command(conf: string, args: readonly string[], attempts = 5): Promise<{ stdout: string }> {
  try {
    return await execute('ceph', ['-c', conf, '--connect-timeout', '30', ...args]);
  } catch (error) {
    if (attempts <= 1 || !String(error).includes('problem getting command descriptions')) throw error;
    await sleep(1000);
    return command(conf, args, attempts - 1);
  }
}

/** Ceph's RADOS Gateway, from Debian's packages radosgw, ceph-mon, ceph-osd and ceph-common. */
export class Ceph implements RealServer {
  readonly name = 'ceph';
  #daemons: Daemons | undefined;

  async missing(): Promise<string | undefined> {
    const command = await missingCommand(
      'radosgw',
      'radosgw-admin',
      'ceph-mon',
      'ceph-osd',
      'ceph',
      'monmaptool',
    );
    return command === undefined ? undefined : `${command} is not installed`;
  }

  async start(directory: string): Promise<Access> {
    for (const name of ['mon', 'osd', 'rgw', 'log', 'run']) await mkdir(join(directory, name));
    const fsid = randomUUID();
    const conf = join(directory, 'ceph.conf');
    await writeFile(conf, configuration(directory, fsid));
    const daemons = new Daemons(join(directory, 'log'));
    this.#daemons = daemons;
    const monmap = join(directory, 'monmap');
    const keyring = join(directory, 'keyring');
    const address = `[v1:127.0.0.1:${MON_PORT}]`;
    await execute('monmaptool', ['--create', '--addv', 'a', address, '--fsid', fsid, monmap]);
    await execute('ceph-authtool', [
      '--create-keyring',
      keyring,
      '--gen-key',
      '-n',
      'mon.',
      '--cap',
      'mon',
      'allow *',
    ]);
    await execute('ceph-mon', ['-c', conf, '--mkfs', '-i', 'a', '--monmap', monmap, '--keyring', keyring]);
    daemons.start('mon', 'ceph-mon', ['-c', conf, '-f', '-i', 'a']);
    await daemons.listening('mon', MON_PORT);

    const osd = randomUUID();
    const ceph = (...args: readonly string[]) => command(conf, args);
    await ceph('osd', 'new', osd, '0');
    await ceph('osd', 'crush', 'add', 'osd.0', '1.0', 'root=default', 'host=localhost');
    await execute('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', osd, '--no-mon-config']);
    daemons.start('osd', 'ceph-osd', ['-c', conf, '-f', '-i', '0']);
    await daemons.until('osd', async () => (await ceph('osd', 'stat')).stdout.includes('1 up'));
    for (const pool of POOLS) {
      await ceph('osd', 'pool', 'create', pool, '8', '8');
      await ceph('osd', 'pool', 'application', 'enable', pool, 'rgw');
    }
    daemons.start('rgw', 'radosgw', ['-c', conf, '-f', '-n', 'client.rgw.a']);
    await daemons.listening('rgw', RGW_PORT);
    const [accessKeyId, secretAccessKey] = ['testaccess', 'testsecret'];
    await execute('radosgw-admin', [
      '-c',
      conf,
      '-n',
      'client.rgw.a',
      'user',
      'create',
      '--uid=test',
      '--display-name=test',
      `--access-key=${accessKeyId}`,
      `--secret-key=${secretAccessKey}`,
      '--max-buckets=0',
    ]);
    return { endpoint: `http://127.0.0.1:${RGW_PORT}`, region: 'us-east-1', accessKeyId, secretAccessKey };
  }

  async stop(): Promise<void> {
    // On TERM the storage daemon would write its memory to disk.
    await this.#daemons?.stop('SIGKILL');
  }
}
