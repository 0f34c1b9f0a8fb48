import type { DeleteTarget } from '../driver.js';
import { StoreError } from '../errors.js';
import { keyProblem } from '../keys.js';
import type { Candidate } from './candidate.js';
import type { Engine } from './engine.js';
import type { DeleteManyOptions } from './options.js';
import type { DeletionReport } from './report.js';
import { runDeletion, type RunPage } from './run.js';

type Targets = Iterable<string | DeleteTarget> | AsyncIterable<string | DeleteTarget>;

/** Targets that are taken from the caller at a time. */
const PAGE_SIZE = 1000;

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
  const { keys, versions, conditionalDelete } = engine.driver.capabilities;
  return runDeletion<Candidate>(
    engine,
    {
      prefix: null,
      passes: [() => paged(targets)],
      problem: ({ key, versionId, ifMatch }) =>
        keyProblem(key, keys.maxBytes) ??
        (versionId !== undefined && !versions ? 'this store does not support versionId' : undefined) ??
        (ifMatch !== undefined && !conditionalDelete
          ? 'this store does not support ifMatch on deletes'
          : undefined),
      matches: () => true,
    },
    options,
  );
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

async function* paged(targets: Targets): AsyncGenerator<RunPage<Candidate>> {
  let page: Candidate[] = [];
  for await (const target of targets) {
    // Anything else that a caller without types passes becomes a key that is refused by name.
    page.push(typeof target === 'object' && target !== null ? target : { key: target });
    if (page.length < PAGE_SIZE) continue;
    yield { entries: page };
    page = [];
  }
  if (page.length > 0) yield { entries: page };
}
