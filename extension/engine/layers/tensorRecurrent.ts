// A recurrent layer composed of tfjs operations, for the backend TensorFlow: step by step over the texts that still have a token, as
// PyTorch's PackedSequence. Equations of the cells as in lstm.ts, gru.ts and rnn.ts. Letters as in recurrent.ts; m: texts active at a step.
import * as tf from '@tensorflow/tfjs-core';
import type { CellName, InitialState, RecurrentResult } from './recurrent.ts';
import type { DirectionTensors, RecurrentLayerOptions } from './recurrentLayer.ts';
import { finalStates } from './recurrentSteps.ts';
import type { SequenceLayout } from './sequenceLayout.ts';

/** [m, H] each; c is the LSTM's and stays as it is elsewhere. */
interface State {
  h: tf.Tensor2D;
  c: tf.Tensor2D;
}

interface Step extends State {
  /** [m, H] each, activated, in PyTorch's order. */
  gates: tf.Tensor2D[];
}

/** `ofInput` = W_ih x + b_ih and `ofHidden` = W_hh h + b_hh, [m, G·H] each, and the state before. */
type CellStep = (ofInput: tf.Tensor2D, ofHidden: tf.Tensor2D, before: State) => Step;

const CELL_STEPS: Record<CellName, CellStep> = {
  lstm(ofInput, ofHidden, before) {
    const [zi, zf, zg, zo] = tf.split(tf.add(ofInput, ofHidden), 4, 1) as tf.Tensor2D[];
    const [i, f, g, o] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)];
    const c = tf.add(tf.mul(f, before.c), tf.mul(i, g)) as tf.Tensor2D;
    return { h: tf.mul(o, tf.tanh(c)), c, gates: [i, f, g, o] };
  },
  gru(ofInput, ofHidden, before) {
    const [ar, az, an] = tf.split(ofInput, 3, 1) as tf.Tensor2D[];
    const [br, bz, q] = tf.split(ofHidden, 3, 1) as tf.Tensor2D[];
    const r = tf.sigmoid(tf.add(ar, br)) as tf.Tensor2D;
    const z = tf.sigmoid(tf.add(az, bz)) as tf.Tensor2D;
    const n = tf.tanh(tf.add(an, tf.mul(r, q))) as tf.Tensor2D;
    const h = tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, before.h)) as tf.Tensor2D;
    return { h, c: before.c, gates: [r, z, n] };
  },
  rnnTanh: (ofInput, ofHidden, before) => rnnStep(tf.tanh(tf.add(ofInput, ofHidden)), before),
  rnnRelu: (ofInput, ofHidden, before) => rnnStep(tf.relu(tf.add(ofInput, ofHidden)), before),
};

function rnnStep(h: tf.Tensor2D, { c }: State): Step {
  return { h, c, gates: [h] };
}

/** x [N, I] -> [N, D], forward direction first. */
export function tensorRecurrentLayer(
  x: tf.Tensor2D,
  layout: SequenceLayout,
  directions: readonly DirectionTensors[],
  { cell, initial, observe }: Pick<RecurrentLayerOptions, 'cell' | 'initial' | 'observe'>,
): tf.Tensor2D {
  const outputs = directions.map((weights, direction) => {
    const pass = { layout, cellName: cell.name, isReverse: direction === 1, initial: initial?.[direction] };
    const steps = runDirection(x, weights, pass);
    const out = inTokenOrder(
      steps.map(({ h }) => h),
      pass,
    );
    if (observe) observe(direction, readResult(out, steps, pass));
    return out;
  });
  return tf.concat(outputs, 1);
}

interface DirectionPass {
  layout: SequenceLayout;
  cellName: CellName;
  isReverse: boolean;
  initial: InitialState | undefined;
}

function runDirection(
  x: tf.Tensor2D,
  [weightIh, weightHh, biasIh, biasHh]: DirectionTensors,
  { layout, cellName, isReverse, initial }: DirectionPass,
): Step[] {
  const rows = isReverse ? layout.reverseRows : layout.forwardRows;
  const inputs = tf.gather(x, tf.tensor1d(rows, 'int32'));
  const ofInput = tf.add(tf.matMul(inputs, weightIh, false, true), biasIh);
  const H = weightHh.shape[1];
  let state: State = { h: initialState(initial?.h0, layout, H), c: initialState(initial?.c0, layout, H) };
  // tfjs has no gradient for a split into one.
  const parts = layout.stepCount > 1 ? tf.split(ofInput, [...layout.active]) : [ofInput];
  return parts.map((ofStep) => {
    const before = { h: firstRows(state.h, ofStep.shape[0]), c: firstRows(state.c, ofStep.shape[0]) };
    const ofHidden = tf.add(tf.matMul(before.h, weightHh, false, true), biasHh) as tf.Tensor2D;
    const step = CELL_STEPS[cellName](ofStep as tf.Tensor2D, ofHidden, before);
    state = step;
    return step;
  });
}

const firstRows = (x: tf.Tensor2D, count: number): tf.Tensor2D => (x.shape[0] === count ? x : tf.slice(x, 0, count));

/** [B, H] by falling length, from states [B, H] by text. */
function initialState(values: Float32Array | undefined, { batchSize, order }: SequenceLayout, H: number): tf.Tensor2D {
  if (!values) return tf.zeros([batchSize, H]);
  return tf.gather(tf.tensor2d(values, [batchSize, H]), tf.tensor1d(order, 'int32'));
}

/** What the steps gave, [m, ·] each, as [N, ·] in token order. */
function inTokenOrder(steps: tf.Tensor2D[], { layout, isReverse }: DirectionPass): tf.Tensor2D {
  const stepRowOf = new Int32Array(layout.tokenCount);
  for (const [stepRow, row] of (isReverse ? layout.reverseRows : layout.forwardRows).entries())
    stepRowOf[row] = stepRow;
  return tf.gather(tf.concat(steps), tf.tensor1d(stepRowOf, 'int32'));
}

function readResult(out: tf.Tensor2D, steps: readonly Step[], pass: DirectionPass): RecurrentResult {
  const place = { layout: pass.layout, hiddenSize: out.shape[1], isReverse: pass.isReverse };
  const values = out.dataSync<'float32'>();
  const read = (ofStep: (step: Step) => tf.Tensor2D): Float32Array =>
    inTokenOrder(steps.map(ofStep), pass).dataSync<'float32'>();
  const gates = read((step) => tf.concat(step.gates, 1));
  const hN = finalStates(values, place);
  if (pass.cellName !== 'lstm') return { out: values, hN, gates };
  const cells = read(({ c }) => c);
  const tanhCells = read(({ c }) => tf.tanh(c));
  return { out: values, hN, cN: finalStates(cells, place), gates, cells, tanhCells };
}
