// Benches of a whole model: a training step of a classifier from ids to updated weights, and what it costs to read all gates.
import { machineScope } from '../../extension/engine/backend/gatescopeBackend.ts';
import { createBatch } from '../../extension/engine/layers/batch.ts';
import type { RecurrentResult } from '../../extension/engine/layers/recurrent.ts';
import { createModel, type Model } from '../../extension/engine/model.ts';
import { createParams } from '../../extension/engine/params/paramStore.ts';
import { classifierGradients } from '../../extension/engine/tasks/classification.ts';
import { clippingOf, globalNorm } from '../../extension/engine/train/clipping.ts';
import { applyUpdates, createOptimizerState, updatesOf } from '../../extension/engine/train/optimizers.ts';
import { moveIn } from '../../extension/engine/train/residence.ts';
import type { ResolvedEncoder, ResolvedModel, ResolvedOptimizer } from '../../extension/schema/resolved.ts';
import { Rng } from '../../extension/util/rng.ts';
import type { BenchContext } from './context.ts';
import { openSide } from './engines.ts';
import { CELLS, GATES, runCase } from './layerCases.ts';
import { type Side, spreadOf, takeTurns } from './measure.ts';
import type { StepShape } from './peers.ts';
import { type Row, rowsOf } from './results.ts';

const BATCHES = 20;
const BATCH_SIZE = 50;
const CLIP = { norm: 5 };
export const ADAM = {
  type: 'adam',
  learningRate: 0.001,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  lazy: false,
  weightDecay: 0,
} satisfies ResolvedOptimizer;

function encoderOf(type: StepShape['cell'], hiddenSize: number, bidirectional: boolean): ResolvedEncoder {
  const common = { hiddenSize, layers: 1, bidirectional, dropout: 0 };
  if (type === 'lstm') return { type, ...common, forgetBias: 0 };
  return type === 'gru' ? { type, ...common } : { type, ...common, nonlinearity: 'tanh' };
}

function modelOf(shape: StepShape, options: { bidirectional: boolean; dropout: [number, number] }): Model {
  const model: ResolvedModel = {
    embedding: { size: shape.embedding, dropout: options.dropout[0], init: { uniform: 0.25 } },
    encoder: encoderOf(shape.cell, shape.hidden, options.bidirectional),
    pooling: 'max',
    head: { dropout: options.dropout[1] },
  };
  const modelShape = { model, vocabularySize: shape.vocabulary, classCount: shape.classes };
  return createModel(modelShape, createParams(modelShape, 1));
}

/** Lengths of the texts of 20 batches: questions of 4 to 16 words. */
function drawLengths(): number[][] {
  const rng = new Rng(1, 'order', 0);
  const draw = (): number[] => Array.from({ length: BATCH_SIZE }, () => 4 + rng.nextInt(13));
  return Array.from({ length: BATCHES }, draw);
}

/** Ids that are no padding, drawn over the whole vocabulary. */
function drawBatch(lengths: readonly number[], vocabulary: number, lane: number) {
  const rng = new Rng(1, 'init', 0, lane);
  return createBatch(
    lengths.map((length) => Uint32Array.from({ length }, () => 2 + rng.nextInt(Math.max(1, vocabulary - 2)))),
  );
}

/** Dropout, embedding, both directions, max pooling, head, loss, backward, clip, Adam: what a step of `gatescope train` does. */
export function trainingStep(
  shape: StepShape,
  lengths: readonly number[][],
  frozen: readonly string[] = [],
): () => void {
  const model = modelOf(shape, { bidirectional: true, dropout: [0.2, 0.5] });
  const { params } = model;
  params.setTrainable(({ group }) => !frozen.includes(group));
  const state = createOptimizerState(ADAM, params.trainable());
  moveIn(params, state);
  const batches = lengths.map((own, n) => drawBatch(own, shape.vocabulary, n));
  const labels = Int32Array.from({ length: BATCH_SIZE }, (_, text) => text % shape.classes);
  let count = 0;
  return () =>
    machineScope(() => {
      const training = { seed: 1, step: ++count };
      const batch = batches[count % batches.length];
      const { gradients } = classifierGradients(model, batch, labels, { labelSmoothing: 0, training });
      const updates = updatesOf(params.trainable(), gradients, state, () => ADAM);
      applyUpdates(updates, clippingOf(CLIP, globalNorm(gradients)));
    });
}

export async function stepRows(context: BenchContext, shape: StepShape, at?: Row['at']): Promise<Row[]> {
  const lengths = drawLengths();
  const sides: Side[] = [];
  for (const kind of context.kinds) sides.push(await openSide(kind, shape.threads, () => trainingStep(shape, lengths)));
  if (context.torch) sides.push(await context.torch.prepare({ op: 'step', ...shape, lengths }));
  const { cell, vocabulary, embedding, hidden, threads } = shape;
  const tokens = lengths.flat().reduce((sum, length) => sum + length, 0) / BATCHES;
  const flops = 2 * 6 * tokens * GATES[cell] * hidden * (embedding + hidden);
  const what = `Bi${cell.toUpperCase()} B${BATCH_SIZE} E${embedding} H${hidden}, vocabulary ${vocabulary}`;
  return runCase(context, { what, threads, flops, tokens, at }, sides);
}

export async function benchStep(context: BenchContext): Promise<Row[]> {
  const small = { vocabulary: 200, embedding: 16, hidden: 16 };
  const size = context.isQuick ? small : { vocabulary: 8000, embedding: 100, hidden: 100 };
  const rows: Row[] = [];
  for (const cell of CELLS)
    rows.push(...(await stepRows(context, { cell, classes: 6, threads: context.threads, ...size })));
  return rows;
}

/** The groups that stay as they are while a head alone, or a head and the last layer, is fine-tuned. */
const FROZEN: readonly string[][] = [['embedding', 'encoder.0'], ['embedding']];

/** The classifier's step with groups frozen, in turns with training everything. */
export async function benchFreeze(context: BenchContext): Promise<Row[]> {
  const sizes = context.isQuick
    ? { vocabulary: 200, embedding: 16, hidden: 16 }
    : { vocabulary: 8000, embedding: 100, hidden: 100 };
  const rows: Row[] = [];
  const lengths = drawLengths();
  for (const cell of CELLS) {
    const shape = { cell, classes: 6, threads: context.threads, ...sizes };
    for (const kind of context.kinds) {
      const side = async (name: string, frozen: readonly string[], isPeer: boolean): Promise<Side> => ({
        ...(await openSide(kind, shape.threads, () => trainingStep(shape, lengths, frozen))),
        name,
        isPeer,
      });
      const all = await side('everything trained', [], true);
      const sides = [all];
      for (const frozen of FROZEN) sides.push(await side(`${kind}, frozen: ${frozen.join(', ')}`, frozen, false));
      const what = `Bi${cell.toUpperCase()} B${BATCH_SIZE} E${sizes.embedding} H${sizes.hidden}, ${kind}`;
      rows.push(...(await runCase(context, { what, threads: shape.threads }, sides)));
    }
  }
  return rows;
}

/** Reads every array that a direction kept; the sum of their lengths. */
function readAll(result: RecurrentResult): number {
  let numbers = 0;
  for (const key of ['gates', 'cells', 'tanhCells', 'newGateHidden', 'out', 'hN', 'cN'] as const) {
    const values = (result as unknown as Record<string, Float32Array | undefined>)[key];
    numbers += values?.length ?? 0;
  }
  return numbers;
}

/** A forward pass without and with all gates and states read, on one machine in turns. */
export async function benchTrace(context: BenchContext): Promise<Row[]> {
  const [texts, steps, hidden] = context.isQuick ? [4, 8, 16] : [32, 64, 256];
  const rows: Row[] = [];
  for (const cell of CELLS) {
    const shape = { cell, vocabulary: 1000, embedding: hidden / 2, hidden, classes: 6, threads: context.threads };
    for (const kind of context.kinds) {
      const start = (isTraced: boolean): Promise<Side> =>
        openSide(kind, shape.threads, () => forwardStep(shape, new Array(texts).fill(steps), isTraced));
      const sides = [
        { ...(await start(true)), name: `${kind}, all gates read` },
        { ...(await start(false)), name: `${kind}, plain forward`, isPeer: true },
      ];
      const turns = await takeTurns(sides, context);
      const what = `${cell.toUpperCase()} B${texts} T${steps} I${hidden / 2} H${hidden}, forward`;
      const [traced, plain] = rowsOf({ what, threads: shape.threads }, sides, turns);
      const times = turns.map((own) => own.map(({ milliseconds }) => milliseconds));
      const cost = spreadOf(times[0].map((time, round) => time / times[1][round]));
      context.log(`  ${what}, ${kind}: ${cost.median.toFixed(3)} times the plain forward pass`);
      rows.push({ ...traced, speedOver: undefined, values: { ...traced.values, timesPlain: cost } }, plain);
    }
  }
  return rows;
}

function forwardStep(shape: StepShape, lengths: readonly number[], isTraced: boolean): () => void {
  const model = modelOf(shape, { bidirectional: false, dropout: [0, 0] });
  moveIn(model.params, createOptimizerState(ADAM, []));
  const batch = drawBatch(lengths, shape.vocabulary, 0);
  let numbers = 0;
  const observe = isTraced
    ? (_layer: number, _direction: number, result: RecurrentResult): void => {
        numbers += readAll(result);
      }
    : undefined;
  return () => {
    model.logits(batch, { observe });
    if (isTraced && numbers === 0) throw new Error('The trace read nothing');
  };
}
