/** How to reach a server that was started. */
export interface Access {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A server that this project did not write. */
export interface RealServer {
  readonly name: string;
  /** Why it cannot be started here; undefined when it can. */
  missing(): Promise<string | undefined>;
  /** @param directory empty, for its data and logs */
  start(directory: string): Promise<Access>;
  stop(): Promise<void>;
}
