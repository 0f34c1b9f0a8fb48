/** The parameters of a query, as they came: in order, decoded, names possibly repeated. */
export class Query {
  readonly pairs: readonly (readonly [name: string, value: string])[];

  private constructor(pairs: readonly (readonly [string, string])[]) {
    this.pairs = pairs;
  }

  /** @param raw what stands behind the question mark. @throws URIError when it is not percent-encoded rightly */
  static parse(raw: string): Query {
    const pairs = raw
      .split('&')
      .filter((part) => part !== '')
      .map((part) => {
        const at = part.indexOf('=');
        return at < 0
          ? ([decode(part), ''] as const)
          : ([decode(part.slice(0, at)), decode(part.slice(at + 1))] as const);
      });
    return new Query(pairs);
  }

  has(name: string): boolean {
    return this.pairs.some(([found]) => found === name);
  }

  get(name: string): string | undefined {
    return this.pairs.find(([found]) => found === name)?.[1];
  }
}

/** Services read `+` as a space in a query. */
function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Percent-encoding as signatures want it: everything but RFC 3986's unreserved characters. */
export function encodeRfc3986(text: string, keepSlashes = false): string {
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlashes ? encoded.replaceAll('%2F', '/') : encoded;
}
