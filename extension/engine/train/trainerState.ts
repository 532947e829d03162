// Everything a training run is at one moment, as one structured-cloneable object. Random numbers and the data order are functions of
// (seed, epoch, step), so that nothing else is needed to go on exactly where a run was.
import type { ResolvedModel, ResolvedTraining } from '../../schema/resolved.ts';
import type { BestEpoch } from '../../schema/run.ts';
import { UserError } from '../../util/userError.ts';
import type { ParamStore } from '../params/paramStore.ts';
import { type CarriedState, EMPTY_TALLY, type Tally } from '../tasks/task.ts';
import type { NamedTensor, TrainerOptions } from '../types.ts';
import { initialThaw, type ThawState } from './freezing.ts';
import { type BufferName, copyOptimizerState, createOptimizerState, type OptimizerState } from './optimizers.ts';
import type { EarlyStoppingState } from './tracking.ts';

export interface TrainerProgress {
  /** Epochs finished. */
  epochsDone: number;
  /** Batches of the epoch in hand that are done. */
  batchesDone: number;
  /** Completed updates. */
  step: number;
  /** Sums over those batches. */
  running: Tally;
  /** What the last of them handed on to the next. */
  carried?: CarriedState;
  /** Seconds trained before this trainer was made. */
  elapsedSeconds: number;
  /** Step of the last evaluation. */
  validatedAtStep?: number;
  optimizer: OptimizerState;
  earlyStopping: EarlyStoppingState;
  thaw: ThawState;
  best?: { at: BestEpoch; weights: NamedTensor[] };
}

export interface TrainerState extends TrainerProgress {
  weights: NamedTensor[];
}

/** Progress before the first step; the optimizer has a state for each parameter that is `trained` at some time. */
function initialProgress(
  { optimizer }: ResolvedTraining,
  params: ParamStore,
  trained: ReadonlySet<string>,
): TrainerProgress {
  const parameters = params.parameters.filter(({ name }) => trained.has(name));
  return {
    epochsDone: 0,
    batchesDone: 0,
    step: 0,
    running: { ...EMPTY_TALLY },
    elapsedSeconds: 0,
    optimizer: createOptimizerState(optimizer, parameters),
    earlyStopping: { evaluationsWithout: 0 },
    thaw: initialThaw(),
  };
}

/**
 * A copy of the progress at `from`; without it that of a run at its start. Throws UserError `checkpoint.unreadable` where the optimizer's
 * state is not whole, or what a language model carries: what is missing would be no number, and so would every weight after it.
 */
export function progressFrom(
  from: TrainerProgress | undefined,
  { training, model }: Pick<TrainerOptions, 'training' | 'model'>,
  params: ParamStore,
  trained: ReadonlySet<string>,
): TrainerProgress {
  const fresh = initialProgress(training, params, trained);
  if (!from) return fresh;
  requireCarried(from, model, training);
  for (const [name, { buffers }] of Object.entries(fresh.optimizer)) {
    const given = Object.hasOwn(from.optimizer, name) ? from.optimizer[name] : undefined;
    const isWhole = Object.entries(buffers).every(
      ([buffer, { length }]) => given?.buffers[buffer as BufferName]?.length === length,
    );
    if (given && isWhole) continue;
    throw notWhole(`the whole state of the optimizer for ${name}`);
  }
  return copyProgress(from);
}

/** A language model within an epoch goes on with the states of its streams, [streams, H] of each layer. */
function requireCarried(
  { carried, batchesDone }: TrainerProgress,
  { encoder, pooling }: ResolvedModel,
  { batchSize }: ResolvedTraining,
): void {
  if (pooling || batchesDone === 0) return;
  const { hiddenSize: H, layers, type } = encoder;
  const length = carried?.[0]?.h.length ?? 0;
  const isStreams = length > 0 && length % H === 0 && length <= batchSize * H;
  const isOfCell = (c: Float32Array | undefined): boolean => (type === 'lstm' ? c?.length === length : c === undefined);
  const isWhole = carried?.length === layers && carried.every(({ h, c }) => h.length === length && isOfCell(c));
  if (!isStreams || !isWhole) throw notWhole('the whole states that the model carries within an epoch');
}

function notWhole(what: string): UserError {
  return new UserError({
    code: 'checkpoint.unreadable',
    message: `The checkpoint has not ${what}.`,
    remedy: 'Resume from another one: --from NAME.',
  });
}

export function copyWeights(weights: readonly NamedTensor[]): NamedTensor[] {
  return weights.map(({ name, shape, data }) => ({ name, shape: [...shape], data: data.slice() }));
}

/** A copy that shares nothing with the original. */
export function copyProgress(progress: TrainerProgress): TrainerProgress {
  const { optimizer, best } = progress;
  return {
    ...progress,
    running: { ...progress.running },
    carried: progress.carried?.map(({ h, c }) => ({ h: h.slice(), c: c?.slice() })),
    earlyStopping: { ...progress.earlyStopping },
    thaw: { ...progress.thaw },
    optimizer: copyOptimizerState(optimizer),
    best: best && { at: { ...best.at }, weights: copyWeights(best.weights) },
  };
}
