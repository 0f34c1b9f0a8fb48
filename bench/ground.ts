import type { Target } from './contestants/contestant.js';
import type { BenchServer } from './server/bench-server.js';
import { BUCKET, type Filling, type Outcome } from './server/protocol.js';

/** Where a contest is held. */
export interface Ground {
  /** As it stands in the log of the bench. */
  readonly name: string;
  /** Puts everything there again. @returns how many keys there are to delete */
  readonly fill: () => Promise<number>;
  /** Where that is. */
  readonly target: () => Omit<Target, 'against'>;
  /** What has become of it. */
  readonly look: () => Promise<Outcome>;
}

/** Keys on the emulator. */
export function serverGround(server: BenchServer, filling: Filling): Ground {
  const expected = filling.keys * filling.prefixes.length;
  return {
    name: `${filling.shape}, ${expected} keys`,
    async fill() {
      const keys = await server.fill(filling);
      if (keys !== expected) throw new Error(`the shape ${filling.shape} made ${keys} keys, not ${expected}`);
      return keys;
    },
    target: () => ({ endpoints: server.endpoints, bucket: BUCKET, prefixes: filling.prefixes }),
    look: () => server.look(),
  };
}
