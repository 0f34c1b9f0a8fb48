import { fittingXmlBytes, xmlBytes, type BatchFacet } from '@store/driver';
import type { Candidate } from './candidate.js';

/** Markup around one key in a delete request, generously: Object, Key and VersionId elements. */
const BYTES_AROUND_KEY = 100;
/** Declaration, root element and Quiet. */
const BYTES_AROUND_BATCH = 300;

type BatchLimits = Omit<BatchFacet, 'delete'>;

const NONE: readonly Candidate[][] = [];

/**
 * Collects candidates into units for the delete stage: batches within the limits of the service, and units
 * of one key for what has to be deleted singly. Holds less than one batch.
 */
export class Batches {
  readonly #limits: BatchLimits | undefined;
  readonly #size: () => number;
  readonly #goesAlone: (candidate: Candidate) => boolean;
  #pending: Candidate[] = [];
  #bytes = BYTES_AROUND_BATCH;

  /**
   * @param limits of the service's batch delete; without them every unit is one key
   * @param size how many keys a batch should have at most, asked anew for each batch
   * @param goesAlone what a batch cannot carry, apart from what its limits say
   */
  constructor(
    limits: BatchLimits | undefined,
    size: () => number,
    goesAlone: (candidate: Candidate) => boolean = () => false,
  ) {
    this.#limits = limits;
    this.#size = size;
    this.#goesAlone = goesAlone;
  }

  /** How many candidates wait for their batch to fill. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Takes one candidate in and returns the units that are ready because of it. */
  add(candidate: Candidate): readonly Candidate[][] {
    if (!this.#limits || this.#goesAlone(candidate)) return [[candidate]];
    const { keys, maxBytes } = this.#limits;
    const ofKey = (keys === 'xml' ? fittingXmlBytes : xmlBytes)(candidate.key);
    if (ofKey === undefined) return [[candidate]];
    let full: Candidate[] | undefined;
    if (maxBytes !== undefined) {
      const bytes = ofKey + bytesBeside(candidate) + BYTES_AROUND_KEY;
      if (this.#pending.length > 0 && this.#bytes + bytes > maxBytes) full = this.#take();
      this.#bytes += bytes;
    }
    this.#pending.push(candidate);
    const filled = this.#pending.length >= Math.min(this.#limits.maxKeys, this.#size());
    if (full === undefined && !filled) return NONE;
    return [...(full ? [full] : []), ...(filled ? [this.#take()] : [])];
  }

  /** The last, unfilled batch. */
  flush(): Candidate[] {
    return this.#take();
  }

  #take(): Candidate[] {
    const batch = this.#pending;
    this.#pending = [];
    this.#bytes = BYTES_AROUND_BATCH;
    return batch;
  }
}

function bytesBeside({ versionId, ifMatch }: Candidate): number {
  let bytes = 0;
  if (versionId !== undefined) bytes += xmlBytes(versionId);
  if (ifMatch !== undefined) bytes += xmlBytes(ifMatch);
  return bytes;
}
