// Which examples stand in which batch of an epoch: a function of (seed, epoch, lengths) alone, so that a run can go on anywhere.
import type { EncodedSet } from '../../data/types.ts';
import type { ResolvedTraining } from '../../schema/resolved.ts';
import { Rng } from '../../util/rng.ts';

/**
 * Order of the examples in an epoch (1-based), cut into batches from the front; only the last batch may be smaller.
 * `bucketed`: the shuffled examples are cut into pools, each pool is sorted by length and cut into batches, and the batches are shuffled.
 */
export function epochOrder(
  { seed, batchSize, batching }: Pick<ResolvedTraining, 'seed' | 'batchSize' | 'batching'>,
  epoch: number,
  set: Pick<EncodedSet, 'count' | 'length'>,
): Uint32Array {
  const rng = new Rng(seed, 'order', epoch);
  const shuffled = Uint32Array.from({ length: set.count }, (_, index) => index);
  rng.shuffle(shuffled);
  if (batching === 'shuffled') return shuffled;
  const poolSize = batchSize * poolBatches(Math.floor(set.count / batchSize));
  const batches: Uint32Array[] = [];
  let smaller = new Uint32Array();
  for (let from = 0; from < set.count; from += poolSize) {
    // A stable sort: equal lengths stay in random order.
    const pool = [...shuffled.subarray(from, from + poolSize)].sort((a, b) => set.length(a) - set.length(b));
    smaller = Uint32Array.from(takeSmallerBatch(pool, batchSize, rng));
    for (let at = 0; at < pool.length; at += batchSize) batches.push(Uint32Array.from(pool.slice(at, at + batchSize)));
  }
  const order = Uint32Array.from(batches.keys());
  rng.shuffle(order);
  return concatenate([...Array.from(order, (at) => batches[at]), smaller]);
}

/** Batches in a pool: a quarter of all, so that an epoch's batches differ from the last one's; at most 50, enough to tell lengths apart. */
function poolBatches(fullBatches: number): number {
  return Math.max(1, Math.min(50, Math.floor(fullBatches / 4)));
}

/** Takes what does not fill a batch out of a sorted pool, at a random length. */
function takeSmallerBatch(pool: number[], batchSize: number, rng: Rng): number[] {
  const rest = pool.length % batchSize;
  const fullBatches = (pool.length - rest) / batchSize;
  return rest === 0 ? [] : pool.splice(rng.nextInt(fullBatches + 1) * batchSize, rest);
}

function concatenate(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
