// What a model has to compute for a batch, counted by kinds that cost about the same each time. Rates of a machine make seconds of it
// (rates.ts); nothing here is measured. Letters: B texts, N tokens, T steps, I input size, H hidden units, G gates, D directions,
// P predictions (B of a classifier, N of a language model), C classes.
import { cellOf } from '../../engine/layers/cells.ts';
import { countParameters, directionCount } from '../../engine/params/parameterPlan.ts';
import { isLazy, stateSize } from '../../engine/train/optimizers.ts';
import type { ModelShape } from '../../engine/types.ts';
import type { ResolvedOptimizer } from '../../schema/resolved.ts';

export const WORK_KINDS = [
  /** Passes forward: what of one does not grow with anything. */
  'passes',
  /** Passes back, with their update. */
  'returns',
  /** Time steps one after another. */
  'steps',
  /** Tokens, each with its own id and place. */
  'tokens',
  /** Numbers of vectors that go from layer to layer. */
  'values',
  /** Activated gates, and those that a gradient goes through. */
  'gates',
  /** Multiplications of products over all tokens at once. */
  'products',
  /** Multiplications of products step by step. */
  'recurrences',
  /** Numbers that the head gives: exponentials and their gradients. */
  'scores',
  /** Numbers that an update reads: weights, gradients and the optimizer's state. */
  'updates',
  /** Files that are written whole and synced, and their bytes. */
  'files',
  'bytes',
] as const;

export type WorkKind = (typeof WORK_KINDS)[number];
export type Work = Record<WorkKind, number>;

export interface BatchSize {
  texts: number;
  tokens: number;
  /** Tokens of the longest text. */
  steps: number;
}

export interface WorkOptions {
  /** Present in training. */
  optimizer?: ResolvedOptimizer;
  /** Groups of which nothing is trained. */
  frozen?: ReadonlySet<string>;
}

/** Written at the end of an epoch: the best weights with run.json, and a checkpoint of weights, optimizer and state. */
const EPOCH_FILES = 5;

/** What is kept of an epoch whose weights are the best so far. */
export function workOfSaving(shape: ModelShape, optimizer: ResolvedOptimizer): Work {
  const { total } = countParameters(shape);
  return { ...noWork(), files: EPOCH_FILES, bytes: 4 * total * (2 + stateSize(optimizer)) };
}

export const noWork = (): Work => Object.fromEntries(WORK_KINDS.map((kind) => [kind, 0])) as Work;

export function addWork(to: Work, work: Work, times = 1): void {
  for (const kind of WORK_KINDS) to[kind] += times * work[kind];
}

/** Of one batch: forward and, with an optimizer, backward and the update. */
export function workOfBatch(shape: ModelShape, size: BatchSize, options: WorkOptions = {}): Work {
  const work = noWork();
  work.passes = 1;
  work.returns = options.optimizer ? 1 : 0;
  work.tokens = size.tokens;
  addEncoder(work, shape, size, options);
  addHead(work, shape, size, options);
  if (options.optimizer) work.updates = updatedNumbers(shape, size, options.optimizer, options.frozen);
  return work;
}

function addEncoder(work: Work, { model, vocabularySize }: ModelShape, size: BatchSize, options: WorkOptions): void {
  const { embedding, encoder } = model;
  const isTraining = options.optimizer !== undefined;
  const isTrained = (group: string): boolean => isTraining && !options.frozen?.has(group);
  const [D, H] = [directionCount(model), encoder.hiddenSize];
  const gates = D * size.tokens * cellOf(encoder).gateCount * H;
  const isOneHot = 'type' in embedding;
  let inputs = isOneHot ? vocabularySize : embedding.size;
  // Nothing goes back to what is constant: one-hot vectors, and what lies below all that is trained.
  let hasGradient = !isOneHot && isTrained('embedding');
  if (!isOneHot) work.values += size.tokens * inputs * (hasGradient ? 2 : 1);
  for (let layer = 0; layer < encoder.layers; layer++) {
    const isOwn = isTrained(`encoder.${layer}`);
    const goesBack = isOwn || hasGradient;
    const ofInputs = 1 + (isOwn ? 1 : 0) + (hasGradient ? 1 : 0);
    // One-hot vectors are looked up instead of multiplied.
    if (isOneHot && layer === 0) work.values += gates * ofInputs;
    else work.products += gates * inputs * ofInputs;
    if (isOwn) work.products += gates * H;
    work.recurrences += gates * H * (goesBack ? 2 : 1);
    work.gates += gates * (goesBack ? 2 : 1);
    work.steps += D * size.steps * (goesBack ? 2 : 1);
    work.values += size.tokens * D * H * (goesBack ? 2 : 1);
    inputs = D * H;
    hasGradient = goesBack;
  }
}

function addHead(work: Work, { model, classCount }: ModelShape, size: BatchSize, options: WorkOptions): void {
  const predictions = model.pooling ? size.texts : size.tokens;
  const passes = options.optimizer === undefined ? 1 : 3;
  work.products += passes * predictions * classCount * directionCount(model) * model.encoder.hiddenSize;
  work.scores += predictions * classCount;
}

/** Reading and writing memory is what an update takes. Of a table that is updated lazily the rows of a batch, each counted once a token at most. */
function updatedNumbers(
  shape: ModelShape,
  { tokens }: BatchSize,
  optimizer: ResolvedOptimizer,
  frozen: ReadonlySet<string> = new Set(),
): number {
  const numbers = countParameters(shape).parameters.reduce((sum, { group, count, shape: sizes }) => {
    if (frozen.has(group)) return sum;
    const isTable = group === 'embedding' && isLazy(optimizer);
    return sum + (isTable ? Math.min(sizes[0], tokens) * sizes[1] : count);
  }, 0);
  return numbers * (2 + stateSize(optimizer));
}
