import { Dialogue, type Terminal } from './dialogue.js';

export { canAsk } from './dialogue.js';

/** Asks a question; only `y` or `yes` means yes. The end of the input means no. */
export async function confirm(question: string, terminal: Terminal, signal: AbortSignal): Promise<boolean> {
  using dialogue = new Dialogue(terminal, signal);
  return await dialogue.confirm(question);
}
