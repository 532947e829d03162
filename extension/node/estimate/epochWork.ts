// The work of an epoch, batch by batch as training and validation cut them, from the lengths of the texts alone.
import { SCORING_WINDOW } from '../../engine/tasks/languageModel.ts';
import { epochOrder } from '../../engine/train/epochOrder.ts';
import type { ModelShape } from '../../engine/types.ts';
import { DEFAULT_SEQUENCE_LENGTH, type ResolvedTraining } from '../../schema/resolved.ts';
import { addWork, type BatchSize, noWork, type Work, type WorkOptions, workOfBatch, workOfSaving } from './work.ts';

/** Tokens of each text; of running text only how many there are. */
export type TextLengths = Uint32Array | { tokens: number };

export interface EpochLengths {
  train: TextLengths;
  validation: TextLengths;
  /** Tokens that are written at the end of an epoch, one by one. */
  written: number;
}

export interface EpochWork {
  work: Work;
  updates: number;
  tokens: number;
  largest: BatchSize;
}

export function setLengths(set: { count: number; length(index: number): number }): Uint32Array {
  return Uint32Array.from({ length: set.count }, (_, at) => set.length(at));
}

/** One pass of training over `train`, one of scoring over `validation`, what a language model writes then, and what is saved. */
export function epochWork(
  shape: ModelShape,
  training: ResolvedTraining,
  { train, validation, written }: EpochLengths,
  frozen?: ReadonlySet<string>,
): EpochWork {
  const work = noWork();
  const own = trainingBatches(train, training);
  const options: WorkOptions = { optimizer: training.optimizer, frozen };
  for (const { size, times } of own) addWork(work, workOfBatch(shape, size, options), times);
  for (const { size, times } of scoringBatches(validation, training.batchSize)) {
    addWork(work, workOfBatch(shape, size), times);
  }
  addWork(work, workOfBatch(shape, { texts: 1, tokens: 1, steps: 1 }), written);
  addWork(work, workOfSaving(shape, training.optimizer));
  return {
    work,
    updates: own.reduce((sum, { times }) => sum + times, 0),
    tokens: own.reduce((sum, { size, times }) => sum + size.tokens * times, 0),
    largest: own.reduce((most, { size }) => (size.tokens > most.tokens ? size : most), {
      texts: 0,
      tokens: 0,
      steps: 0,
    }),
  };
}

interface Batches {
  size: BatchSize;
  times: number;
}

function trainingBatches(train: TextLengths, training: ResolvedTraining): Batches[] {
  const { batchSize, sequenceLength = DEFAULT_SEQUENCE_LENGTH } = training;
  if (!(train instanceof Uint32Array)) return windows(train.tokens, batchSize, sequenceLength);
  const order = epochOrder(training, 1, { count: train.length, length: (at) => train[at] });
  return cut(
    Uint32Array.from(order, (at) => train[at]),
    batchSize,
  );
}

/** Texts are scored in the order of their lengths. */
function scoringBatches(set: TextLengths, batchSize: number): Batches[] {
  return set instanceof Uint32Array
    ? cut(set.slice().sort(), batchSize)
    : windows(set.tokens, batchSize, SCORING_WINDOW);
}

function cut(lengths: Uint32Array, batchSize: number): Batches[] {
  const batches: Batches[] = [];
  for (let from = 0; from < lengths.length; from += batchSize) {
    const own = lengths.subarray(from, from + batchSize);
    const size = { texts: own.length, tokens: 0, steps: 0 };
    for (const length of own) {
      size.tokens += length;
      size.steps = Math.max(size.steps, length);
    }
    batches.push({ size, times: 1 });
  }
  return batches;
}

/** Windows over streams side by side (engine/tasks/textStreams.ts); all are taken for equal. */
function windows(tokens: number, batchSize: number, length: number): Batches[] {
  const targets = tokens - 1;
  if (targets < 1) return [];
  const streamLength = Math.ceil(targets / batchSize);
  const times = Math.ceil(streamLength / length);
  const size = {
    texts: Math.ceil(targets / streamLength),
    tokens: targets / times,
    steps: Math.min(length, streamLength),
  };
  return [{ size, times }];
}
