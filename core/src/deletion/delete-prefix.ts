import { keyProblem } from '../keys.js';
import { objectPages } from '../listing/object-pages.js';
import type { ObjectInfo } from '../objects.js';
import type { Engine } from './engine.js';
import { compileFilter } from './filter.js';
import { checkDeletePrefixOptions, type DeletePrefixOptions } from './options.js';
import type { DeletionReport } from './report.js';
import { runDeletion, type SourceContext } from './run.js';
import { checkPrefix } from './safety.js';

/** `ObjectStore.deletePrefix` over a driver. */
export async function deletePrefix(
  engine: Engine,
  prefix: string,
  options: DeletePrefixOptions,
): Promise<DeletionReport> {
  checkDeletePrefixOptions(options);
  checkPrefix(prefix, options);
  return runDeletion<ObjectInfo>(
    engine,
    {
      prefix,
      pages: (context) => listedObjects(engine, prefix, context),
      // A listing that was decoded wrongly can yield '', and deleting '' means deleting the bucket.
      problem: ({ key }) => keyProblem(key, engine.driver.capabilities.keys.maxBytes),
      matches: compileFilter(prefix, options, engine.clock.now()),
      onMatch: options.onMatch,
      verify: options.verify,
    },
    options,
  );
}

async function* listedObjects(
  { driver, retry, clock }: Engine,
  prefix: string,
  { ledger, call, throttled }: SourceContext,
): AsyncGenerator<readonly ObjectInfo[]> {
  const pages = objectPages(
    driver,
    { prefix },
    {
      provider: driver.provider,
      operation: 'list',
      policy: retry,
      clock,
      call,
      onRequest: (again) => ledger.countListRequest(again),
      onError: (error) => {
        if (error.code === 'Throttled') throttled();
      },
    },
  );
  for await (const page of pages) yield page.objects;
}
