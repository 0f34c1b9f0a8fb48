import { untrusted, type Engine, type Purpose } from '@store/engine';
import { inOrder, objectPages } from '@store/engine/pages';
import { StoreError } from '@store/driver';
import type { ListedPage, ListPageOptions } from '../object-store.js';

/** Where a page ended: the service's token, the last name of the page, and which listing it is of. */
type Place = readonly [token: string, last: string, listing: string];

/** One page of a listing, checked like all pages. */
export async function onePage(
  engine: Engine,
  prefix: string,
  { token, limit, delimiter }: ListPageOptions,
  purpose: Purpose,
): Promise<ListedPage> {
  const listing = listingId(engine, prefix, delimiter);
  const [begin, startAfter] = token === undefined ? [] : placeOf(token, listing);
  const pages = objectPages(
    engine,
    { prefix, delimiter, token: begin, startAfter, pageSize: limit },
    purpose,
  );
  const { value: page } = await pages.next();
  if (!page) throw new StoreError('Internal', 'a listing has no page', { operation: purpose.operation });
  await pages.return();
  const { objects, prefixes, unnameable = [], truncated, nextToken } = page;
  if (!truncated || nextToken === undefined) return { objects, prefixes, unnameable };
  if (nextToken === begin)
    throw untrusted({ engine, operation: purpose.operation }, 'it goes on where it began');
  const last = [...inOrder(page)].at(-1);
  const name = last ? ('prefix' in last ? last.prefix : last.key) : (startAfter ?? '');
  const place: Place = [nextToken, name, listing];
  return {
    objects,
    prefixes,
    unnameable,
    nextToken: Buffer.from(JSON.stringify(place)).toString('base64url'),
  };
}

/** The same for the pages of one listing alone, in every process; says nothing of the store. */
function listingId({ driver }: Engine, prefix: string, delimiter = ''): string {
  // Loaded by those who turn pages.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const about = JSON.stringify([driver.place, prefix, delimiter]);
  return createHash('sha256').update(about).digest('base64url').slice(0, 16);
}

/** @throws StoreError `InvalidArgument` for a token that is none, or of another listing */
function placeOf(token: string, listing: string): Place {
  const [next, last, of] = partsOf(token);
  if (typeof next !== 'string' || typeof last !== 'string' || of !== listing) {
    const message = `the token is ${typeof of === 'string' ? 'of another prefix, delimiter or store' : 'none of listPage'}`;
    throw new StoreError('InvalidArgument', message, { operation: 'listPage' });
  }
  return [next, last, listing];
}

function partsOf(token: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
