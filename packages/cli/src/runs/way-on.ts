/** What to type to go on with a run, as the last line of one that was stopped. */
export function wayOn(name: string): string {
  return `store: ${wayToResume(name)}`;
}

/** The same inside of a text. */
export function wayToResume(name: string): string {
  return `to go on: store resume ${shellWord(name)}`;
}

/** The same of a run over an approved set. */
export function wayToApply(file: string): string {
  return `store: to go on: store apply ${shellWord(file)}`;
}

function shellWord(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
