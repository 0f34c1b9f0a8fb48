import { PostgresServer, RedisServer } from '@store/conformance';

/** A server of this machine at which a fleet can meet. */
export interface TestPlace extends AsyncDisposable {
  readonly url: string;
  restart(): Promise<void>;
}

/** All kinds of them, by the names of their tests. */
export const PLACES: readonly {
  readonly name: string;
  readonly isInstalled: () => Promise<boolean>;
  readonly start: () => Promise<TestPlace>;
}[] = [
  { name: 'Redis', isInstalled: () => RedisServer.isInstalled(), start: () => RedisServer.start() },
  {
    name: 'PostgreSQL',
    isInstalled: () => PostgresServer.isInstalled(),
    start: () => PostgresServer.start(),
  },
];
