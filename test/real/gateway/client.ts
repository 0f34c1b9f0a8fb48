import type { Tree } from './tree.js';

/** What a client works on: an empty bucket of a gateway, and a directory to keep files in. */
export interface Workplace {
  /** `http://127.0.0.1:9000` */
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The client's own, for its configuration and for what it downloads. */
  readonly directory: string;
  /** Files of all kinds of names and sizes, up to 20 MiB. Not to be written to. */
  readonly tree: Tree;
  /** One file of 300 MiB. Not to be written to. */
  readonly large: LargeFile;
  /** Runs the client's command. @returns what it printed @throws Error with what it printed when it fails */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<string>;
}

export interface LargeFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input?: string | Uint8Array;
}

/** An S3 client that this project did not write, and what it is to do on a gateway. */
export interface Client {
  /** Commands and files that have to be there, else it is skipped by name. */
  readonly needs: readonly string[];
  /** What is run before the steps. */
  readonly prepare?: (at: Workplace) => Promise<void>;
  /** In this order, each on what the ones before it left. */
  readonly steps: Readonly<Record<string, (at: Workplace) => Promise<void>>>;
  /** What is run after the steps, whatever became of them. */
  readonly end?: (at: Workplace) => Promise<void>;
}
