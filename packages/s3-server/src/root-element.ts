/** The root of an answer, in S3's namespace. */
export function rootElement(name: string, ...children: readonly (string | undefined)[]): string {
  return `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${children.join('')}</${name}>`;
}
