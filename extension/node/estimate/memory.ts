// Memory that training takes, in bytes of float32: what lives through the run, and what a batch needs besides. Counted from the arrays that
// the layers keep for their backward pass and those that it makes. Letters: B texts, N tokens, I input size, H hidden units, G gates,
// D directions, P predictions, C classes.
import { cellOf } from '../../engine/layers/cells.ts';
import { countParameters, directionCount } from '../../engine/params/parameterPlan.ts';
import { stateSize } from '../../engine/train/optimizers.ts';
import type { ModelShape } from '../../engine/types.ts';
import type { MemoryEstimate } from '../../protocol/estimate.ts';
import type { ResolvedOptimizer } from '../../schema/resolved.ts';
import type { BatchSize } from './work.ts';

const FLOAT_BYTES = 4;
/** Of the machine's memory; the rest is for all else that runs. */
const MAX_MEMORY = 0.75;
/** The engine's memory is addressed by 32 bits. */
const ENGINE_BYTES = 2 ** 32;

/** Bytes that training may take on a machine with so much memory. */
export const roomForTraining = (memoryBytes: number): number => Math.min(MAX_MEMORY * memoryBytes, ENGINE_BYTES);

export function estimateMemory(shape: ModelShape, batch: BatchSize, optimizer: ResolvedOptimizer): MemoryEstimate {
  const { total, parameters } = countParameters(shape);
  const table = parameters.find(({ group }) => group === 'embedding')?.count ?? 0;
  const { embedding } = shape.model;
  // The table's gradient has the rows of the batch alone.
  const tableRows = 'type' in embedding ? 0 : Math.min(table, batch.tokens * embedding.size);
  return {
    weights: FLOAT_BYTES * total,
    optimizer: FLOAT_BYTES * total * stateSize(optimizer),
    batch: FLOAT_BYTES * (total - table + tableRows + activations(shape, batch)),
  };
}

/** Numbers of a forward pass that are kept, and those of the backward pass. */
function activations({ model, vocabularySize, classCount }: ModelShape, { texts, tokens }: BatchSize): number {
  const { embedding, encoder } = model;
  const [D, H] = [directionCount(model), encoder.hiddenSize];
  const isOneHot = 'type' in embedding;
  const gates = cellOf(encoder).gateCount * H;
  const dropout = isOneHot ? 0 : embedding.dropout;
  // The vectors, and what dropout makes of them; their gradients.
  let numbers = isOneHot ? 0 : tokens * embedding.size * (dropout > 0 ? 4 : 2);
  for (let layer = 0; layer < encoder.layers; layer++) {
    // One-hot vectors are not made: rows of a table are looked up, and their gradients summed by token.
    const isLookedUp = isOneHot && layer === 0;
    const I = layer > 0 ? D * H : isOneHot ? 0 : embedding.size;
    // Gates, their gradients, the cell's states; of a GRU the gradients of both sides.
    const ofCell = { lstm: 2 * gates + 2 * H, gru: 3 * gates + H, rnn: 2 * gates }[encoder.type];
    // Packed for the products: the input and the states that were read.
    const packed = I + H;
    // What the layer gives, and its gradient.
    numbers += tokens * D * (ofCell + packed) + 2 * tokens * D * H;
    if (layer > 0) numbers += tokens * I * (encoder.dropout > 0 ? 2 : 0);
    // Weights packed for three products.
    numbers += D * gates * (2 * I + 2 * H);
    if (isLookedUp) numbers += D * gates * (2 * Math.min(vocabularySize, tokens) + vocabularySize);
  }
  const predictions = model.pooling ? texts : tokens;
  return numbers + predictions * (2 * D * H + 3 * classCount);
}
