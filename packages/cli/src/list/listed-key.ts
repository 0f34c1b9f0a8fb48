/** An entry of a list. */
export interface ListedKey {
  readonly key: string;
  readonly versionId?: string | undefined;
  /** In bytes, where the list says it. */
  readonly size?: number | undefined;
  /** Why it must not be deleted. */
  readonly refusal?: string | undefined;
}
