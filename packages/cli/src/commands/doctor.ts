import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { diagnoseStore, StoreError, type Finding, type ObjectStore } from '@store/core';
import { writeSettings } from '../config-file.js';
import type { Context, Run } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';

interface DoctorOptions {
  readonly json?: boolean;
  readonly write?: boolean;
}

/** Settings that stand beside `quirks`, not in it. */
const TOP_LEVEL = new Set(['region']);

/** A diagnosis that got as far as asking how the store behaves has at least so many. */
const FEWEST_FINDINGS = 6;

const EXAMPLES = `
Examples:
  store doctor uploads
  store doctor --write uploads                      and put what was found into the configuration
`;

export function addDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .addHelpText('after', EXAMPLES)
    .description('find out how a store behaves, with a few small objects under a prefix of its own')
    .argument('<address>', 'the store; a key is a prefix to work under')
    .option('--json', 'as JSON')
    .option('--write', 'put what was found into the configuration file')
    .action((address: string, options: DoctorOptions) => run((context) => doctor(context, address, options)));
}

/** Finds out how a store behaves, and prints it. */
export async function doctor(
  { output, session, signal }: Context,
  address: string,
  { json, write }: DoctorOptions,
): Promise<ExitCode> {
  // A store's name alone will do.
  const whole = address.includes(':') ? address : `${address}:`;
  const located = await session.locate(whole);
  const { named } = located;
  if (write && !named) throw new UsageError('--write needs a store of the configuration file');
  const prefix = `${located.key}store-doctor-${randomBytes(6).toString('hex')}/`;
  const { store } = await session.open(whole);
  const diagnosis = (): AsyncIterable<Finding> =>
    diagnoseStore(located.config, located.options, { prefix, signal }) ?? portable(store, prefix, signal);

  const findings: Finding[] = [];
  for await (const finding of whereAnswered(store, prefix, diagnosis, signal)) {
    findings.push(finding);
    if (!json) await output.result(row(finding));
  }
  const settings = Object.assign({}, ...findings.map((finding) => finding.settings ?? {})) as Record<
    string,
    unknown
  >;
  const toWrite = Object.entries(settings).map(([name, value]) => [placeOf(name), value] as const);
  if (json) {
    await output.resultJson({ findings, settings: nested(toWrite) });
  } else if (toWrite.length > 0) {
    await output.result(['', 'What to write into the configuration:']);
    await output.resultJson(nested(toWrite));
  }
  if (write && toWrite.length === 0) output.note('nothing to write');
  if (write && named && toWrite.length > 0) {
    await writeSettings(named.file, named.name, toWrite);
    output.note(`written to ${named.file.path}, stores.${named.name}`);
  }
  // A store that cannot be talked to gives a few lines about why.
  return findings.length >= FEWEST_FINDINGS ? EXIT.complete : EXIT.failed;
}

function placeOf(setting: string): readonly string[] {
  return TOP_LEVEL.has(setting) ? [setting] : ['quirks', setting];
}

function nested(settings: readonly (readonly [readonly string[], unknown])[]): object {
  const result: Record<string, unknown> = {};
  const quirks: Record<string, unknown> = {};
  for (const [[first = '', second], value] of settings) {
    if (second === undefined) result[first] = value;
    else quirks[second] = value;
  }
  return Object.keys(quirks).length > 0 ? { ...result, quirks } : result;
}

function row({ probe, answer, meaning }: Finding): string {
  const columns = `${probe.padEnd(30)} ${answer.padEnd(18)}`;
  return meaning === undefined ? columns.trimEnd() : `${columns} ${meaning}`;
}

/** Where nobody answers there is nothing to find out, and each question would be waited for in vain. */
async function* whereAnswered(
  store: ObjectStore,
  prefix: string,
  diagnosis: () => AsyncIterable<Finding>,
  signal: AbortSignal,
): AsyncGenerator<Finding> {
  try {
    await store.exists(`${prefix}probe`, { signal });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.unanswered !== undefined) {
      yield { probe: 'reachable', answer: 'no', meaning: error.reason };
      return;
    }
  }
  yield* diagnosis();
}

/** For stores whose adapter has nothing to find out: the operations, once each. */
async function* portable(store: ObjectStore, prefix: string, signal: AbortSignal): AsyncGenerator<Finding> {
  const key = `${prefix}probe`;
  try {
    await store.put(key, 'probe', { signal });
    yield { probe: 'put', answer: 'yes' };
    yield {
      probe: 'get',
      answer: (await (await store.get(key, { signal })).text()) === 'probe' ? 'yes' : 'no',
    };
    let listed = 0;
    for await (const _ of store.list(prefix, { signal })) listed++;
    yield { probe: 'list', answer: listed === 1 ? 'yes' : 'no' };
    await store.delete(key, { signal });
    yield { probe: 'delete', answer: (await store.exists(key, { signal })) ? 'no' : 'yes' };
    const { batchDelete, versions } = store.capabilities;
    yield { probe: 'batch delete', answer: batchDelete ? `${batchDelete.maxKeys} keys` : 'no' };
    yield { probe: 'versions', answer: versions ? 'yes' : 'no' };
  } finally {
    await store.deletePrefix(prefix);
  }
}
