/** Where a fleet meets. */
export interface FleetConnection {
  /**
   * `redis://[user:password@]host[:port][/database]`, or `rediss://…`; or
   * `postgres://user[:password]@host[:port]/database`, or `postgresql://…`
   */
  readonly url: string;
  /** Of the fleet: several can share a Redis or a database. Default `store-fleet`. */
  readonly fleet?: string | undefined;
}

export const DEFAULT_FLEET = 'store-fleet';
