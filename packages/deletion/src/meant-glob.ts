import { StoreError } from '@store/driver';

/** A piece of a glob as it stands there: a character, or one behind a backslash. */
const PIECES = /\\[^]|[^]/gu;

/**
 * What people write by mistake, or for other tools, and what matches no key that anybody has. A rule that matches nothing protects
 * nothing, and says nothing of it; whoever means one of these writes a backslash before it. Behind a backslash a character is read as `x`.
 */
const MISTAKES: readonly {
  readonly found: RegExp;
  readonly why: string;
}[] = [
  {
    found: /^\s|\s$/u,
    why: 'it begins or ends with a blank; leave that out, or write [ ] where a name has it',
  },
  {
    found: /[/*]\s+[#;]|\s[#;](?:\s|$)/u,
    why: 'it ends in a comment; comments have a line of their own, and \\# is the character itself',
  },
  {
    found: /\p{Cc}/u,
    why: 'it has a control character in it, such as the end of a line; write ? where a name has one',
  },
  { found: /^\.\//u, why: 'it begins with ./, and no key does; leave that out, or write \\./' },
  {
    found: /(?:^|\/)\.\.?(?:\/|$)/u,
    why: 'it has a . or .. between slashes, and keys are no paths; write \\. where a key has it',
  },
  {
    found: /\/\//u,
    why: 'it has // in it, and stands for no name between them; write /, or /\\/ where a key has it',
  },
];

const LEADING = 'it begins with /, and is the whole of what stands behind the prefix; leave the / out';

/**
 * A glob as it is meant: one that ends in `/` is about everything under it.
 *
 * @param anchored a `/` in front means that the glob is about the whole, as in rules; else there is none
 * @throws StoreError `InvalidArgument` for one that can match nothing by mistake; it says what to write
 */
export function meantGlob(glob: string, option: string, anchored: boolean): string {
  const plain = glob.replaceAll(PIECES, (piece) =>
    piece.length > 1 && piece.startsWith('\\') ? 'x' : piece,
  );
  const rest = anchored && /^\/[^/]/.test(plain) ? plain.slice(1) : plain;
  const why =
    MISTAKES.find(({ found }) => found.test(rest))?.why ??
    (!anchored && plain.startsWith('/') ? LEADING : undefined);
  if (why !== undefined) {
    const message = `${option}: the glob ${JSON.stringify(glob)} would match nothing: ${why}`;
    throw new StoreError('InvalidArgument', message);
  }
  return plain.endsWith('/') ? `${glob}**` : glob;
}
