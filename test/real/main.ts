// `npm run test:real`: starts servers that this project did not write, one after the other, runs the tests against
// each, and stops it; then foreign clients on the emulator and on gateways, a browser, and the command on a terminal. What is
// not installed is named as skipped.
//
//   npm run test:real [-- NAME...]
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PostgresServer, RedisServer } from '@store/conformance';
import Mocha from 'mocha';
import { Ceph } from './ceph.js';
import type { RealServer } from './real-server.js';
import { Swift } from './swift.js';

const SERVERS: readonly RealServer[] = [new Ceph(), new Swift()];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why the server was left out as a whole. */
  readonly missing?: string | undefined;
}

/** Runs a specification in this process; what it is about stands in the environment. */
async function runSpecification(file: string): Promise<void> {
  const mocha = new Mocha({ reporter: 'dot', timeout: 120_000 });
  mocha.addFile(fileURLToPath(new URL(file, import.meta.url)));
  await mocha.loadFilesAsync();
  const runner = mocha.run(() => {
    const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
    const outcome: Outcome = { passed: passes, failed: failures, skipped: pending };
    process.send?.(outcome, () => process.exit(0));
  });
}

/** Starts a server, tests it in a process of its own, and stops it whatever happens. */
async function test(server: RealServer): Promise<Outcome> {
  const missing = await server.missing();
  if (missing !== undefined) return { passed: 0, failed: 0, skipped: 0, missing };
  const directory = await mkdtemp(join(tmpdir(), `store-${server.name}-`));
  console.log(`\n== ${server.name}`);
  try {
    const access = await server.start(directory);
    return await runApart('server.spec.js', {
      STORE_REAL_SERVER: server.name,
      STORE_REAL_ACCESS: JSON.stringify(access),
    });
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs a specification in a process of its own. */
function runApart(file: string, env: Record<string, string>): Promise<Outcome> {
  const warning = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const child = fork(fileURLToPath(import.meta.url), {
    env: { ...process.env, ...warning, ...env, STORE_REAL_SPECIFICATION: file },
  });
  return new Promise<Outcome>((resolve) => {
    child.once('message', (outcome) => resolve(outcome as Outcome));
    child.once('exit', () => resolve({ passed: 0, failed: 1, skipped: 0 }));
  });
}

async function testFleet(): Promise<Outcome> {
  if (!(await RedisServer.isInstalled()) && !(await PostgresServer.isInstalled()))
    return { passed: 0, failed: 0, skipped: 0, missing: 'neither redis-server nor postgresql is installed' };
  console.log('\n== a fleet over Redis and PostgreSQL');
  return runApart('fleet.spec.js', {});
}

async function runAll(wanted: readonly string[]): Promise<void> {
  const runs = [
    ...SERVERS.map((server) => ({ name: server.name, run: () => test(server) })),
    { name: 'clients', run: () => runApart('clients.spec.js', {}) },
    { name: 'gateway', run: () => runApart('gateway-clients.spec.js', {}) },
    { name: 'fleet', run: testFleet },
    { name: 'browser', run: () => runApart('browser.spec.js', {}) },
    { name: 'terminal', run: () => runApart('terminal.spec.js', {}) },
  ];
  const lines: string[] = [];
  for (const { name, run } of runs.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const outcome = await run().catch((error: unknown): Outcome => {
      console.error(error);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    const { passed, failed, skipped, missing } = outcome;
    lines.push(
      missing === undefined
        ? `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`
        : `${name}: skipped as a whole: ${missing}`,
    );
    if (failed > 0) process.exitCode = 1;
  }
  console.log(
    `\nServers and clients that this project did not write:\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}

const specification = process.env['STORE_REAL_SPECIFICATION'];
if (specification === undefined) await runAll(process.argv.slice(2));
else await runSpecification(specification);
