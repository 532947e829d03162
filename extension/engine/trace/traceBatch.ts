// What a model computes while it reads a batch of texts: gates and states of every layer and direction, and what comes of them.
// Invariants: nothing is computed for the trace, so its values are those of the forward pass, bit for bit; everything is a copy.
// Letters: N real tokens of all texts, H hidden units of a direction, E embedding size, D = H · directions, P predictions, C classes.
import type { Direction, DirectionTrace, SignalName } from '../../protocol/trace.ts';
import type { Batch } from '../layers/batch.ts';
import type { Model } from '../model.ts';
import { carryState } from '../tasks/carriedState.ts';
import type { CarriedState } from '../tasks/task.ts';
import { signalsOf, takeSignals } from './signals.ts';

export interface TraceOptions {
  /** All layers where absent. */
  layers?: readonly number[];
  /** All signals of the cell where absent. */
  signals?: readonly SignalName[];
  /** State of each layer before the first token, where a text goes on. */
  initial?: CarriedState;
}

export interface BatchTrace {
  /** One entry a layer that was asked for; signals are [N, H] in token order. */
  layers: DirectionTrace[][];
  /** [P, C] */
  logits: Float32Array;
  /** [B, D]; absent where the task predicts at every token. */
  pooled?: Float32Array;
  /** [N] weight of each token in its text's vector; of the pooling `attention` only. */
  attention?: Float32Array;
  /** State of each layer after the last token; of use in models that read forward only. */
  final: CarriedState;
}

/** A forward pass, observed. */
export function traceBatch(model: Model, batch: Batch, options: TraceOptions = {}): BatchTrace {
  const { encoder } = model.shape.model;
  const names = options.signals ?? signalsOf(encoder.type);
  const layers = options.layers ?? Array.from({ length: encoder.layers }, (_, layer) => layer);
  const traced = new Map(layers.map((layer): [number, DirectionTrace[]] => [layer, []]));
  const final: CarriedState = [];
  const carrying = carryState(model, batch.layout.batchSize, { initial: options.initial, final });
  let pooled: Float32Array | undefined;
  let attention: Float32Array | undefined;
  const logits = model.logits(batch, {
    ...carrying,
    observe(layer, direction, result) {
      carrying.observe?.(layer, direction, result);
      const signals = (): DirectionTrace['signals'] =>
        takeSignals(result, { cell: encoder.type, names, hiddenSize: encoder.hiddenSize });
      traced.get(layer)?.push({ layer, direction: direction as Direction, signals: signals() });
    },
    observePooled(values) {
      pooled = values.slice();
    },
    observeAttention(weights) {
      attention = weights.slice();
    },
  });
  return { layers: [...traced.values()], logits, pooled, attention, final };
}

/** The rows of the embedding's table that belong to `ids`, [T, E]; undefined for one-hot vectors. */
export function embeddingRows(model: Model, ids: ArrayLike<number>): Float32Array | undefined {
  const { embedding } = model.shape.model;
  if ('type' in embedding) return undefined;
  const { values } = model.params.get('embedding.weight');
  const rows = new Float32Array(ids.length * embedding.size);
  for (let at = 0; at < ids.length; at++) {
    rows.set(values.subarray(ids[at] * embedding.size, (ids[at] + 1) * embedding.size), at * embedding.size);
  }
  return rows;
}
