// The trace of one text. A language model reads it in windows with the state carried on, so that memory does not grow with its vocabulary;
// the values are those of one pass, bit for bit. Letters: T tokens, H hidden units, D = H · directions, C classes, V vocabulary.
import type { DirectionTrace, SignalName } from '../../protocol/trace.ts';
import { createBatch } from '../layers/batch.ts';
import { softmaxRows } from '../linalg/softmax.ts';
import type { Model } from '../model.ts';
import type { CarriedState } from '../tasks/task.ts';
import { type BatchTrace, type TraceOptions, traceBatch } from './traceBatch.ts';

/** Tokens that a language model reads at once. */
const WINDOW = 256;

/** What a language model expects after a token, by id. */
export interface NextIds {
  /** Most probable first; of equal ones the smaller id. */
  ids: number[];
  probabilities: number[];
  /** Probability of the token that does follow; absent at the last one. */
  ofActual?: number;
}

export interface TextTrace {
  /** One entry a layer that was asked for; signals are [T, H]. */
  layers: DirectionTrace[][];
  /** [D] of a classifier. */
  pooled?: Float32Array;
  /** [T] weight of each token in `pooled`; of the pooling `attention` only. */
  attention?: Float32Array;
  /** [C] of a classifier. */
  logits?: Float32Array;
  /** Of a language model, one entry a token. */
  next?: NextIds[];
}

/** Traces a text of at least one token. `topK` counts what is told of a language model's next tokens. */
export function traceText(
  model: Model,
  ids: Uint32Array,
  { topK = 5, ...options }: TraceOptions & { topK?: number } = {},
): TextTrace {
  if (model.shape.model.pooling) {
    const { layers, pooled, attention, logits } = traceBatch(model, createBatch([ids]), options);
    return { layers, pooled, attention, logits };
  }
  const windows: BatchTrace[] = [];
  const next: NextIds[] = [];
  let state: CarriedState | undefined;
  for (let from = 0; from < ids.length; from += WINDOW) {
    const window = ids.subarray(from, from + WINDOW);
    const { logits, ...trace } = traceBatch(model, createBatch([window]), { ...options, initial: state });
    state = trace.final;
    const { classCount: V } = model.shape;
    const probabilities = softmaxRows(logits, V);
    for (const at of window.keys()) {
      next.push(nextIds(probabilities.subarray(at * V, (at + 1) * V), topK, ids[from + at + 1]));
    }
    windows.push({ ...trace, logits: new Float32Array() });
  }
  return { layers: joinWindows(windows), next };
}

/** `row` [V] are the probabilities of what follows. */
function nextIds(row: Float32Array, topK: number, actual: number | undefined): NextIds {
  const ids = largestFirst(row, topK);
  const probabilities = ids.map((id) => row[id]);
  return { ids, probabilities, ...(actual === undefined ? {} : { ofActual: row[actual] }) };
}

/** Places of the `count` largest values, the largest first; of equal ones the first. */
export function largestFirst(values: ArrayLike<number>, count: number): number[] {
  const places: number[] = [];
  for (let at = 0; at < values.length; at++) {
    if (places.length === count && !(values[at] > values[places[count - 1]])) continue;
    let to = places.length;
    while (to > 0 && values[at] > values[places[to - 1]]) to--;
    places.splice(to, 0, at);
    if (places.length > count) places.pop();
  }
  return places;
}

/** The windows of a text, one behind the other. */
function joinWindows(windows: readonly BatchTrace[]): DirectionTrace[][] {
  const [first] = windows;
  if (windows.length === 1) return first.layers;
  return first.layers.map((directions, at) =>
    directions.map((own, direction) => {
      const names = Object.keys(own.signals) as SignalName[];
      const joined = names.map((name) => [
        name,
        concatenate(windows.map(({ layers }) => layers[at][direction].signals[name] as Float32Array)),
      ]);
      return { ...own, signals: Object.fromEntries(joined) as DirectionTrace['signals'] };
    }),
  );
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
