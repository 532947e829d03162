// The models that a machine is measured with: of all cells, small and large, narrow and deep, with much and little of each kind of work.

import type { Experiment } from '../../schema/experiment.ts';
import { type ResolvedModel, type ResolvedTraining, resolveExperiment } from '../../schema/resolved.ts';

export interface CalibrationCase {
  cell: 'lstm' | 'gru' | 'rnn';
  hidden: number;
  /** Absent: one-hot vectors. */
  embedding?: number;
  layers?: number;
  isBidirectional?: boolean;
  batch: number;
  /** Tokens of the longest text. */
  length: number;
  vocabulary: number;
  /** Absent: a language model. */
  classes?: number;
}

/** The first ones are small and of every kind, for machines that would take long for all. */
export const CALIBRATION_CASES: readonly CalibrationCase[] = [
  { cell: 'lstm', hidden: 16, embedding: 16, batch: 8, length: 8, vocabulary: 100, classes: 2 },
  { cell: 'gru', hidden: 32, embedding: 32, batch: 32, length: 12, vocabulary: 500, classes: 5 },
  { cell: 'rnn', hidden: 64, embedding: 50, batch: 32, length: 24, vocabulary: 1000, classes: 2 },
  {
    cell: 'lstm',
    hidden: 48,
    embedding: 48,
    isBidirectional: true,
    batch: 32,
    length: 16,
    vocabulary: 2000,
    classes: 2,
  },
  { cell: 'lstm', hidden: 24, batch: 16, length: 32, vocabulary: 60 },
  { cell: 'gru', hidden: 32, embedding: 32, batch: 8, length: 16, vocabulary: 2000 },
  { cell: 'lstm', hidden: 32, embedding: 64, batch: 8, length: 8, vocabulary: 40_000, classes: 2 },
  { cell: 'lstm', hidden: 32, embedding: 32, batch: 4, length: 60, vocabulary: 100, classes: 2 },
  {
    cell: 'lstm',
    hidden: 96,
    embedding: 32,
    isBidirectional: true,
    batch: 64,
    length: 10,
    vocabulary: 100,
    classes: 18,
  },
  { cell: 'gru', hidden: 64, embedding: 64, batch: 64, length: 20, vocabulary: 3000, classes: 2 },
  { cell: 'lstm', hidden: 128, embedding: 100, batch: 32, length: 32, vocabulary: 5000, classes: 6 },
  {
    cell: 'gru',
    hidden: 100,
    embedding: 100,
    isBidirectional: true,
    batch: 20,
    length: 24,
    vocabulary: 2000,
    classes: 6,
  },
  { cell: 'rnn', hidden: 200, embedding: 100, batch: 32, length: 32, vocabulary: 2000, classes: 18 },
  {
    cell: 'rnn',
    hidden: 32,
    embedding: 200,
    isBidirectional: true,
    batch: 50,
    length: 10,
    vocabulary: 3000,
    classes: 2,
  },
  { cell: 'lstm', hidden: 128, batch: 32, length: 64, vocabulary: 65 },
  { cell: 'lstm', hidden: 100, embedding: 100, layers: 2, batch: 20, length: 20, vocabulary: 4000 },
  { cell: 'lstm', hidden: 256, embedding: 128, batch: 16, length: 24, vocabulary: 1000, classes: 2 },
  { cell: 'gru', hidden: 256, embedding: 200, layers: 2, batch: 16, length: 16, vocabulary: 2000, classes: 2 },
  { cell: 'lstm', hidden: 400, embedding: 300, batch: 16, length: 12, vocabulary: 10_000, classes: 2 },
];

/** The model and training of a case, with the defaults of every config. */
export function resolveCase(of: CalibrationCase): { model: ResolvedModel; training: ResolvedTraining } {
  const { cell, hidden, embedding, layers = 1, isBidirectional = false, batch, length, classes } = of;
  const experiment: Experiment = {
    task: classes === undefined ? 'languageModel' : 'classification',
    data: { train: { path: 'none' } },
    model: {
      embedding: embedding === undefined ? { type: 'oneHot' } : { size: embedding },
      encoder: { type: cell, hiddenSize: hidden, layers, bidirectional: isBidirectional },
    },
    training: {
      // More than are trained: the time of a case ends it.
      epochs: 1000,
      batchSize: batch,
      ...(classes === undefined && { sequenceLength: length }),
      clip: { norm: 5 },
    },
  };
  const { model, training } = resolveExperiment(experiment, 'calibration');
  return { model, training };
}
