import { openStore, type StoreAdapter } from '@store/core';
import { startEmulator, type Emulator, type EmulatorOptions, type FaultPlan } from '@store/emulator';
import { MAX_KEY_BYTES } from '../keys.js';
import { listInPages, MemoryGround } from './memory-ground.js';
import { OFTEN, RETRY, type Target } from './target.js';

const BUCKET = 'demo';

export interface Emulated {
  readonly name: string;
  readonly adapter: StoreAdapter;
  readonly emulator: EmulatorOptions;
  /** The configuration, but for the bucket. */
  readonly config: (emulator: Emulator) => Readonly<Record<string, unknown>>;
  readonly versioned?: boolean;
  readonly maxKeyBytes?: number;
  readonly takes?: (key: string) => boolean;
  readonly tellsMarkers?: boolean;
  readonly ordersByTime?: boolean;
  /** How the service says that it is too busy. */
  readonly busy?: { readonly code: string; readonly status?: number };
}

/** A store on a server of the emulator's, over HTTP. */
export function emulatedTarget(given: Emulated): Target {
  const { name, versioned = false, maxKeyBytes = MAX_KEY_BYTES, tellsMarkers = true } = given;
  const { takes = () => true, ordersByTime = false } = given;
  return {
    name,
    maxKeyBytes,
    takes,
    ordersByTime,
    versioned,
    troubles: true,
    tellsMarkers,
    async open() {
      const emulator = await startEmulator(given.emulator);
      const store = await openStore(
        { provider: given.adapter.provider, bucket: BUCKET, retry: RETRY, ...given.config(emulator) },
        { adapters: [given.adapter], split: OFTEN },
      );
      return {
        async area({ versioning, pageSize, throughStore }) {
          emulator.log.clear();
          // In place of the one of the case before.
          const { memory: objects } = emulator.createBucket(BUCKET, versioning);
          listInPages(objects, pageSize);
          return {
            store,
            ground: new MemoryGround(objects, throughStore ? (key, body) => store.put(key, body) : undefined),
            trouble: (held, seed) => emulator.setFaults(troubles(held, seed, given.busy)),
            close: async () => emulator.setFaults({}),
          };
        },
        async close() {
          await store.close();
          await emulator.close();
        },
      };
    },
  };
}

function troubles(
  held: readonly string[],
  seed: number | undefined,
  { code, status = 503 }: { readonly code: string; readonly status?: number } = { code: 'SlowDown' },
): FaultPlan {
  const deny = held.map((key) => ({ key: `^${exactly(key)}$` }));
  if (seed === undefined) return { deny };
  return {
    seed,
    deny,
    faults: [
      { probability: 0.1, effect: { error: { code, status } } },
      { probability: 0.05, effect: { reset: 'before' } },
      {
        operation: ['DeleteObjects', 'delete-objects'],
        effect: { keyError: { code: 'InternalError' }, share: 0.2 },
      },
    ],
  };
}

/** A key as a regular expression. */
function exactly(key: string): string {
  return Array.from(key, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).join('');
}
