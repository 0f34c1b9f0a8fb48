/** Characters of a service's message that an error shows. */
const SHOWN = 500;

/** What a service says about a failure, as far as an error shows it: one line, and not all of a long one. */
export function saidByService(message: string | undefined): string {
  const [line = ''] = (message ?? '').trim().split(/[\r\n\u2028\u2029]/, 1);
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
