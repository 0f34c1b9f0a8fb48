/** Collects an option that may be given several times. */
export function list(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
