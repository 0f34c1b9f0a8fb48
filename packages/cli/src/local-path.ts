/** `.`, `..`, `./a`, `../a`, `/a`: nothing else, as `a:b` and `a` may be names of stores. */
const PATH = /^(?:\.{1,2}(?:$|\/)|\/)/;

/** A plain path as a URL, `file:` from the current directory on; undefined for what is none. */
export function fileUrlOf(address: string): string | undefined {
  if (!PATH.test(address)) return undefined;
  return `file:${address.split('/').map(encodeURIComponent).join('/').replace(/^\/+/, '/')}`;
}
