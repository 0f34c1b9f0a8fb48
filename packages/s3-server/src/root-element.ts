/** The root of an answer, in S3's namespace. */
export function rootElement(name: string, ...children: readonly (string | undefined)[]): string {
  let inside = '';
  // Not joined: that would copy a page once more.
  for (const child of children) inside += child ?? '';
  return `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</${name}>`;
}
