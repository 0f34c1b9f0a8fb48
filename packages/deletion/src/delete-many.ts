import {
  keyProblem,
  quoteKey,
  StoreError,
  suggest,
  thrownBy,
  untilAborted,
  type DeleteTarget,
} from '@store/driver';
import type { Engine } from '@store/engine';
import type { Candidate } from './candidate.js';
import type { DeleteManyOptions } from './options.js';
import type { DeletionReport } from './report.js';
import { runListed } from './listed-run.js';
import type { RunPage, RunSource } from './run.js';
import { checkTrash, trashOf } from './trash.js';
import { withJournal } from './with-journal.js';

type Targets = Iterable<string | DeleteTarget> | AsyncIterable<string | DeleteTarget>;

/** Targets that are taken from the caller at a time. */
const PAGE_SIZE = 1000;

/** What a target says beside its key; without it, another object or version would go. */
const TARGET_PARTS = ['versionId', 'ifMatch'] as const satisfies readonly (keyof DeleteTarget)[];

/** `ObjectStore.deleteMany` over a driver. */
export async function deleteMany(
  engine: Engine,
  targets: Targets,
  options: DeleteManyOptions,
): Promise<DeletionReport> {
  if (typeof targets === 'string' || !isIterable(targets)) {
    throw new StoreError('InvalidArgument', 'deleteMany takes an iterable of keys or of { key, versionId }', {
      operation: 'deleteMany',
    });
  }
  if (options.strategy === 'server-prefix') {
    const message = 'the strategy server-prefix deletes everything under a prefix: deleteMany names its keys';
    throw new StoreError('InvalidArgument', message, { operation: 'deleteMany', provider: engine.provider });
  }
  checkTrash(engine, options, 'deleteMany');
  const { keys, versions, delete: single } = engine.driver;
  const misspelt = misspeltParts();
  const source: RunSource<Candidate> = {
    prefix: null,
    passes: [({ stop }) => paged(targets, stop)],
    problem: (target) =>
      keyProblem(target.key, keys.maxBytes) ??
      misspelt(target) ??
      partProblem(target) ??
      (target.versionId !== undefined && !versions ? 'this store does not support versionId' : undefined) ??
      (target.ifMatch !== undefined && !single.ifMatch
        ? 'this store does not support ifMatch on deletes'
        : undefined),
    matches: () => true,
  };
  return withJournal(engine, { operation: 'deleteMany', prefix: null, options }, (keeper) =>
    runListed(engine, source, options, { keeper, trash: trashOf(engine, options, keeper) }),
  );
}

/** A part that is there and says nothing would be left out of a request, or be no condition. */
function partProblem(target: Candidate): string | undefined {
  const wrong = TARGET_PARTS.find((part) => target[part] !== undefined && !isPart(target[part]));
  return wrong && `${wrong} is a text that is not empty, not ${JSON.stringify(target[wrong])}`;
}

function isPart(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

/**
 * Finds a part of a target that is misspelt: `{ key, versionID }` must not delete the current object. Targets may have
 * other properties, as the entries of listings have.
 */
function misspeltParts(): (target: Candidate) => string | undefined {
  const known = new Map<string, string | undefined>(
    ['key', ...TARGET_PARTS].map((name) => [name, undefined]),
  );
  const problemOf = (name: string): string | undefined => {
    const meant = suggest(name, TARGET_PARTS);
    return meant === '' ? undefined : `${quoteKey(name)} is no part of a target${meant}`;
  };
  return (target) => {
    for (const name in target) {
      if (!known.has(name)) known.set(name, problemOf(name));
      const problem = known.get(name);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

async function* paged(targets: Targets, signal: AbortSignal | undefined): AsyncGenerator<RunPage<Candidate>> {
  let page: Candidate[] = [];
  const given = Symbol.asyncIterator in targets ? untilAborted(targets, signal, 'deleteMany') : targets;
  try {
    for await (const target of given) {
      // Anything else that a caller without types passes becomes a key that is refused by name. A copy, because callers
      // use one object again for the next target.
      page.push(typeof target === 'object' && target !== null ? { ...target } : { key: target });
      if (page.length < PAGE_SIZE) continue;
      yield { entries: page };
      page = [];
    }
  } catch (error) {
    throw thrownBy('the iterable of targets', error, { operation: 'deleteMany' });
  }
  if (page.length > 0) yield { entries: page };
}
