export interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the resident memory, above the start. */
  readonly peakBytes: number;
  /** About the memory. */
  readonly text: string;
}

/** Measures a piece of work: time, CPU, and the peak of the resident memory above the start. */
export class Meter {
  readonly #rssAtStart: number;
  readonly #cpuAtStart = process.cpuUsage();
  readonly #startedAt = performance.now();
  readonly #sampler: NodeJS.Timeout;
  #peak: number;

  constructor() {
    globalThis.gc?.();
    this.#rssAtStart = process.memoryUsage.rss();
    this.#peak = this.#rssAtStart;
    this.#sampler = setInterval(() => this.#sample(), 20);
  }

  /** Ends the measurement. */
  stop(): Measured {
    clearInterval(this.#sampler);
    this.#sample();
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const cpu = process.cpuUsage(this.#cpuAtStart);
    const peakBytes = this.#peak - this.#rssAtStart;
    const text = `RSS: ${mebibytes(this.#rssAtStart)} MiB at the start, peak ${mebibytes(peakBytes)} MiB above it`;
    return { seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, peakBytes, text };
  }

  #sample(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }
}

/** The line about a run over many keys. */
export function keysText(
  keys: number,
  { seconds, cpuSeconds }: { seconds: number; cpuSeconds: number },
): string {
  return (
    `time: ${seconds.toFixed(2)} s, ${Math.round(keys / seconds)} keys/s\n` +
    `CPU: ${((cpuSeconds / keys) * 100_000).toFixed(3)} s per 100,000 keys`
  );
}

export function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
