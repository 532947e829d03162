// Cross-entropy with class weights and label smoothing, as torch.nn.CrossEntropyLoss, over the rows of a matrix of logits.
// Letters: B rows (texts, or tokens), C classes, y the class of a row, p its softmax, w the class weights, ε the smoothing:
//   loss = (1 - ε) Σ w_y (-ln p_y) / W  +  ε/C Σ_rows Σ_c w_c (-ln p_c) / W     with W = Σ w_y over the batch
import * as tf from '@tensorflow/tfjs-core';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { usesTensorflow } from '../backend/tensorflowBackend.ts';
import * as kernels from '../kernels/lossKernels.ts';
import * as tensorOps from '../layers/tensorOps.ts';
import { logSumExp } from '../linalg/softmax.ts';

export interface LossOptions {
  /** [C]; all ones where absent. */
  classWeights?: Float64Array;
  labelSmoothing: number;
}

export interface BatchLoss {
  /** Mean over the batch, weighted by class. 0 where all weights of the batch are 0. */
  loss: number;
  /** W: what `loss` was divided by; the number of rows where classes have no weights. */
  weight: number;
}

export interface LossResult extends BatchLoss {
  /** d loss / d logits, [B, C]. */
  gradient: Float32Array;
}

/** Loss and its gradient for logits [B, C] and classes [B]. Sums run in double precision, in the order of the batch. */
export function crossEntropyLoss(
  logits: Float32Array,
  labels: Int32Array,
  classCount: number,
  options: LossOptions,
): LossResult {
  const { classWeights, labelSmoothing } = options;
  const weightOf = (label: number): number => classWeights?.[label] ?? 1;
  let allWeights = 0;
  for (let label = 0; label < classCount; label++) allWeights += weightOf(label);
  let weight = 0;
  for (const label of labels) weight += weightOf(label);
  const gradient = new Float32Array(logits.length);
  if (weight === 0) return { loss: 0, weight, gradient };
  const spread = labelSmoothing / classCount;
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const from = row * classCount;
    const label = labels[row];
    const total = logSumExp(logits, from, classCount);
    const own = (1 - labelSmoothing) * weightOf(label);
    sum += own * (total - logits[from + label]);
    for (let c = 0; c < classCount; c++) {
      const shared = spread * weightOf(c);
      if (shared > 0) sum += shared * (total - logits[from + c]);
      const p = Math.exp(logits[from + c] - total);
      const target = shared + (c === label ? own : 0);
      gradient[from + c] = ((own + spread * allWeights) * p - target) / weight;
    }
  }
  return { loss: sum / weight, weight, gradient };
}

/** The loss as a differentiable tfjs scalar. `onResult` gets the numbers without reading the tensor back. */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: Int32Array,
  options: LossOptions,
  onResult?: (result: BatchLoss) => void,
): tf.Scalar {
  if (usesTensorflow()) return tensorCrossEntropy(logits, labels, options, onResult);
  const apply = tf.customGrad((...inputs) => {
    const values = (inputs[0] as tf.Tensor2D).dataSync<'float32'>();
    const machine = currentMachine();
    const result = machine
      ? kernels.crossEntropyLoss(machine, values, labels, logits.shape[1], options)
      : crossEntropyLoss(values, labels, logits.shape[1], options);
    onResult?.(result);
    return {
      value: tf.scalar(result.loss),
      gradFunc: (dy) => {
        const scale = dy.dataSync<'float32'>()[0];
        const gradient = scale === 1 ? result.gradient : result.gradient.map((value) => value * scale);
        return tf.tensor2d(gradient, logits.shape);
      },
    };
  });
  return apply(logits) as tf.Scalar;
}

/** The same loss by TensorFlow: what each class of each row weighs is all that is computed here. */
function tensorCrossEntropy(
  logits: tf.Tensor2D,
  labels: Int32Array,
  { classWeights, labelSmoothing }: LossOptions,
  onResult?: (result: BatchLoss) => void,
): tf.Scalar {
  const classCount = logits.shape[1];
  const weights = classWeights ?? new Float64Array(classCount).fill(1);
  const weight = labels.reduce((sum, label) => sum + weights[label], 0);
  const targets = new Float32Array(logits.size);
  for (const [row, label] of labels.entries()) {
    for (let c = 0; c < classCount; c++) targets[row * classCount + c] = (labelSmoothing / classCount) * weights[c];
    targets[row * classCount + label] += (1 - labelSmoothing) * weights[label];
  }
  // Where nothing has a weight, the loss is 0.
  const loss = tensorOps.crossEntropy(logits, targets, weight || 1);
  onResult?.({ loss: loss.dataSync<'float32'>()[0], weight });
  return loss;
}
