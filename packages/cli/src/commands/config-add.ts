import { StoreError } from '@store/core';
import type { Command } from 'commander';
import type { ConfigSchema, JsonSchema } from '../config-schema.js';
import type { Context, Run } from '../context.js';
import { canAsk, Dialogue, type Terminal } from '../dialogue.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import {
  checkStoreName,
  storesIn,
  storeToWrite,
  variableOf,
  writeStores,
  type StoreToWrite,
} from '../import/write-stores.js';
import { doctor } from './doctor.js';

/** Properties that are asked for wherever a provider has them; all else only where it has to be there. */
const COMMON = ['profile', 'region', 'regionId', 'endpoint', 'bucket', 'root', 'create'];

/** The words that keys have, whatever the provider. */
const KEY_WORD = /^(access|secret)[A-Z]/;

const BY_HAND = `write it by hand into store.config.json, such as
  { "stores": { "photos": { "provider": "s3", "bucket": "app-photos", "region": "eu-central-1" } } }
("store config schema" has all properties, "store config check" checks them)`;

/** The input has ended before all was answered. */
class EndOfInput extends UsageError {
  constructor() {
    super('the answers ended before the last question: nothing was written');
  }
}

type Answers = Record<string, string | boolean>;

export function addConfigAdd(config: Command, run: Run): void {
  config
    .command('add')
    .description('ask on the terminal what a store is, check it, and write it into the configuration')
    .argument('[name]', 'what the store is to be called')
    .action((name: string | undefined) => run((context) => addStore(context, name)));
}

/**
 * @param given the name of the store; else it is asked for
 * @throws UsageError where there is nobody to ask, or the answers end
 */
export async function addStore(
  context: Context,
  given: string | undefined,
  terminal: Terminal = process,
): Promise<ExitCode> {
  const { output, session, signal } = context;
  if (given !== undefined) checkStoreName(given);
  if (!canAsk(terminal))
    throw new UsageError(`"store config add" asks, and needs a terminal; without one, ${BY_HAND}`);
  const place = await session.configOrPlace();
  const there = storesIn(place);
  const { shippedSchema, withAdapters } = await import('../config-schema.js');
  const schema = withAdapters(shippedSchema(), await session.extraAdapters);
  using dialogue = new Dialogue(terminal, signal);
  try {
    const name = given ?? (await askName(context, dialogue));
    if (
      there.includes(name) &&
      !(await dialogue.confirm(`There is a store ${JSON.stringify(name)}. Replace it?`))
    ) {
      output.note('nothing was written');
      return EXIT.failed;
    }
    const { store, withSecrets } = await askStore(context, dialogue, schema, name);
    await writeStores(context, place, [store], withSecrets);
    const unset = Object.keys(store.variables).filter((variable) => process.env[variable] === undefined);
    if (unset.length > 0) {
      output.note(`when they are set, "store doctor ${name}" finds out how the store behaves`);
      return EXIT.complete;
    }
    if (
      !(await dialogue.confirm(
        'Run "store doctor" on it, which writes a few small objects and deletes them?',
      ))
    )
      return EXIT.complete;
    return await doctor(context, name, {});
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    throw error;
  }
}

async function askName({ output }: Context, dialogue: Dialogue): Promise<string> {
  for (;;) {
    const name = await askText(dialogue, 'Name of the store, as addresses begin:');
    try {
      checkStoreName(name);
      return name;
    } catch (error) {
      say(output, error);
    }
  }
}

/** Asks until the answers are a store. What was said stays, where the question comes again. */
async function askStore(
  { output, session }: Context,
  dialogue: Dialogue,
  schema: ConfigSchema,
  name: string,
): Promise<{ readonly store: StoreToWrite; readonly withSecrets: boolean }> {
  const { store: _, memory: __, ...definitions } = schema.definitions;
  const provider = await choose(dialogue, 'Provider', Object.keys(definitions));
  const definition = definitions[provider] ?? {};
  const answers: Answers = {};
  for (;;) {
    await askProperties(dialogue, definition, answers);
    const { secrets, withSecrets } = await askKeys(dialogue, definition, name);
    try {
      const store = storeToWrite({ name, entry: { provider, ...answers }, secrets }, withSecrets);
      await session.checkEntry(name, store.entry, store.variables);
      return { store, withSecrets };
    } catch (error) {
      say(output, error);
      output.note('store: so once more; an empty answer keeps what is in brackets');
    }
  }
}

async function askProperties(dialogue: Dialogue, definition: JsonSchema, answers: Answers): Promise<void> {
  const { properties = {}, required = [] } = definition;
  const words = [...COMMON, ...required].filter(
    (word, i, all) =>
      word !== 'provider' && word in properties && !KEY_WORD.test(word) && all.indexOf(word) === i,
  );
  for (const word of words) {
    const { description = '', type, anyOf = [] } = properties[word] ?? {};
    if (type === 'boolean') {
      if (await dialogue.confirm(questionOf(word, description))) answers[word] = true;
      else delete answers[word];
      continue;
    }
    const choices = anyOf.flatMap((one) => (Array.isArray(one['enum']) ? one['enum'].map(String) : []));
    const before = answers[word];
    const shown = [
      questionOf(word, description),
      ...(choices.length > 0 ? [`(${choices.join(', ')})`] : []),
      ...(before === undefined ? [] : [`[${String(before)}]`]),
    ].join(' ');
    const answer = await askText(dialogue, `${shown}:`, before !== undefined || !required.includes(word));
    if (answer !== '') answers[word] = answer;
  }
}

/** A key is the name of a variable, unless somebody wants it in the file. */
async function askKeys(
  dialogue: Dialogue,
  { properties = {}, required = [] }: JsonSchema,
  name: string,
): Promise<{ readonly secrets: Readonly<Record<string, string>>; readonly withSecrets: boolean }> {
  const words = Object.keys(properties).filter((word) => KEY_WORD.test(word));
  if (words.length === 0) return { secrets: {}, withSecrets: false };
  const elsewhere = words.some((word) => required.includes(word)) ? [] : ['elsewhere'];
  const variables = words.map((word) => variableOf(name, word)).join(', ');
  const where = await choose(
    dialogue,
    `Keys: "environment" (${variables}), "file" (in clear; only you can read it then)` +
      (elsewhere.length > 0 ? ', "elsewhere" (where the SDK of the provider looks)' : ''),
    ['environment', 'file', ...elsewhere],
  );
  if (where === 'elsewhere') return { secrets: {}, withSecrets: false };
  const secrets: Record<string, string> = {};
  for (const word of words) {
    secrets[word] =
      where === 'file'
        ? await askSecret(dialogue, word)
        : // One that is not set yet is checked by what it will stand for: some text.
          process.env[variableOf(name, word)] || word;
  }
  return { secrets, withSecrets: where === 'file' };
}

/** The first of the choices is the default. */
async function choose(dialogue: Dialogue, question: string, choices: readonly string[]): Promise<string> {
  const [standard = ''] = choices;
  for (;;) {
    const answer =
      (await askText(dialogue, `${question} (${choices.join(', ')}) [${standard}]:`, true)) || standard;
    const found = choices.filter((choice) => choice === answer || choice.startsWith(answer));
    const [only] = choices.includes(answer) ? [answer] : found;
    if (only !== undefined && (found.length === 1 || only === answer)) return only;
    const what = found.length > 1 ? `may be ${found.join(' or ')}` : `is none of ${choices.join(', ')}`;
    dialogue.say(`${JSON.stringify(answer)} ${what}`);
  }
}

async function askText(dialogue: Dialogue, question: string, canBeEmpty = false): Promise<string> {
  for (;;) {
    const answer = await dialogue.ask(question);
    if (answer === undefined) throw new EndOfInput();
    if (answer !== '' || canBeEmpty) return answer;
    dialogue.say('this has no default: an answer is needed');
  }
}

async function askSecret(dialogue: Dialogue, word: string): Promise<string> {
  for (;;) {
    const answer = await dialogue.askHidden(`${word} (does not show):`);
    if (answer === undefined) throw new EndOfInput();
    if (answer !== '') return answer;
    dialogue.say('this has no default: an answer is needed');
  }
}

/** The word as the configuration has it, and the beginning of its documentation. */
function questionOf(word: string, description: string): string {
  const [first = ''] = description.split(/(?<=\.)\s/);
  return first === '' ? word : `${word}: ${first.replace(/\.$/, '')}`;
}

/** @throws what is no answer's fault */
function say(output: Context['output'], error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
  output.note(`store: ${error.reason}`);
}
