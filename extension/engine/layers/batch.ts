// A batch of texts as a model takes it: token ids, padded to one length, and the lengths that say what is real.
import type { EncodedSet } from '../../data/types.ts';
import { createSequenceLayout, type SequenceLayout } from './sequenceLayout.ts';

export interface Batch {
  /** [B, paddedLength]; what lies beyond a text's length is never read. */
  ids: Int32Array;
  paddedLength: number;
  layout: SequenceLayout;
}

/** A batch of texts given as token ids, each at least one. `extraPadding` widens it beyond the longest text. */
export function createBatch(texts: readonly ArrayLike<number>[], extraPadding = 0): Batch {
  const lengths = Int32Array.from(texts, (text) => text.length);
  const layout = createSequenceLayout(lengths);
  const paddedLength = layout.stepCount + extraPadding;
  const ids = new Int32Array(texts.length * paddedLength);
  for (let row = 0; row < texts.length; row++) ids.set(texts[row], row * paddedLength);
  return { ids, paddedLength, layout };
}

/** The examples of a set at `indices`, in that order. */
export function createBatchOf(set: Pick<EncodedSet, 'tokens'>, indices: ArrayLike<number>): Batch {
  return createBatch(Array.from(indices, (index) => set.tokens(index)));
}
