// The task of single-label classification: batches of texts with their classes, judged by loss, accuracy and F1.
import type { EncodedSet } from '../../data/types.ts';
import type { ResolvedTraining } from '../../schema/resolved.ts';
import { type Batch, createBatchOf } from '../layers/batch.ts';
import type { Model, TrainingKey } from '../model.ts';
import { epochOrder } from '../train/epochOrder.ts';
import { computeGradients } from '../train/gradientStep.ts';
import type { Gradient } from '../train/gradients.ts';
import { resolveClassWeights } from './classWeights.ts';
import { type BatchLoss, crossEntropy, type LossOptions } from './crossEntropy.ts';
import { argmaxRows } from './metrics.ts';
import { predictSet } from './predictSet.ts';
import { meanLoss, type StepPosition, type StepResult, type Task } from './task.ts';

export interface ClassificationData {
  /** Class names, for class weights given by label. */
  labels: readonly string[];
  train: EncodedSet;
  validation: EncodedSet;
}

/** Throws UserError for class weights that name unknown labels. */
export function createClassification(data: ClassificationData, training: ResolvedTraining): Task {
  const { train, validation, labels } = data;
  const { batchSize } = training;
  const loss: LossOptions = {
    classWeights: resolveClassWeights(training.loss?.classWeights ?? 'none', labels, train.labels),
    labelSmoothing: training.loss?.labelSmoothing ?? 0,
  };
  return {
    epoch(epoch) {
      const order = epochOrder(training, epoch, train);
      return {
        batchCount: Math.ceil(train.count / batchSize),
        step(model, at) {
          const indices = order.subarray(at.batch * batchSize, (at.batch + 1) * batchSize);
          return classificationStep(model, train, indices, { loss, at });
        },
      };
    },
    trainingScores: (tally) => ({ loss: meanLoss(tally), accuracy: tally.hits / tally.examples }),
    async validate(model, options) {
      return validation.count === 0 ? undefined : (await predictSet(model, validation, options)).scores;
    },
  };
}

function classificationStep(
  model: Model,
  train: EncodedSet,
  indices: Uint32Array,
  { loss: options, at }: { loss: LossOptions; at: StepPosition },
): StepResult {
  const batch = createBatchOf(train, indices);
  const labels = Int32Array.from(indices, (index) => train.labels[index]);
  const { loss, logits, gradients } = classifierGradients(model, batch, labels, { ...options, training: at });
  const predicted = argmaxRows(logits, model.shape.classCount);
  return {
    gradients,
    tokenCount: batch.layout.tokenCount,
    tally: {
      loss: loss.loss * loss.weight,
      weight: loss.weight,
      hits: predicted.reduce((sum, label, row) => sum + (label === labels[row] ? 1 : 0), 0),
      examples: labels.length,
    },
  };
}

export interface ClassifierGradients {
  loss: BatchLoss;
  /** [B, C] */
  logits: Float32Array;
  /** One a trainable parameter, in the order of the store. */
  gradients: Gradient[];
}

/** Forward and backward pass over one batch with classes [B]. `training` keys the dropout; without it there is none. */
export function classifierGradients(
  model: Model,
  batch: Batch,
  labels: Int32Array,
  { training, ...options }: LossOptions & { training?: TrainingKey },
): ClassifierGradients {
  const seen: { loss?: BatchLoss; logits?: Float32Array } = {};
  const gradients = computeGradients(model.params, (weights, pass) => {
    const out = model.forward(weights, batch, { training, ...pass });
    seen.logits = out.dataSync<'float32'>();
    return crossEntropy(out, labels, options, (result) => {
      seen.loss = result;
    });
  });
  if (!seen.loss || !seen.logits) throw new Error('The loss was not computed');
  return { loss: seen.loss, logits: seen.logits, gradients };
}
