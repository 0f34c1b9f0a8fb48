import type { LeftOut } from '@store/driver';
import { compileFilter } from './filter.js';
import type { DeletePrefixOptions } from './options.js';

/** A name that no pattern is about, but those that are about all. */
const ANY = '\u{10ffff}';

/** Whether somebody who chooses so asks for what is left out: of something without size and time, names alone tell. */
export function leftOutFilter(
  prefix: string,
  { include, exclude, filter }: Pick<DeletePrefixOptions, 'include' | 'exclude' | 'filter'>,
): (entry: LeftOut) => boolean {
  const isMeant = compileFilter(prefix, { include, exclude }, 0);
  const isNotExcluded = compileFilter(prefix, { exclude }, 0);
  const isLetIn = compileFilter(prefix, { filter }, 0);
  const globs = typeof include === 'string' ? [include] : (include ?? []);
  const reachFurther = globs.some((glob) => glob.includes('/') || glob.includes('**'));
  return ({ at, name, directory }) => {
    const key = (at ?? name).replace(/\/$/, '');
    if (!directory) return isMeant({ key }) === true && isLetIn({ key }) === true;
    // A later rule may let in what is under a directory that one before it does not.
    // What is under it may be asked for.
    const mayHold = reachFurther || isMeant({ key }) === true;
    return (
      mayHold && [key, `${key}/`, `${key}/${ANY}/${ANY}`].every((one) => isNotExcluded({ key: one }) === true)
    );
  };
}
