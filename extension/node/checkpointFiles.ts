// The state of a trainer as the files of a checkpoint, and back. Tensors of the optimizer are named as in PyTorch, after their parameter:
// `encoder.weight_ih_l0.exp_avg`.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '../engine/io/safetensors.ts';
import type { CarriedState } from '../engine/tasks/task.ts';
import type { BufferName, OptimizerState } from '../engine/train/optimizers.ts';
import type { TrainerState } from '../engine/train/trainerState.ts';
import type { NamedTensor } from '../engine/types.ts';
import type { CheckpointState } from '../schema/checkpointState.ts';
import { CHECKPOINT_FILES, type CheckpointContent, type StoredCheckpoint } from '../store/checkpoints.ts';
import { inFile, UserError } from '../util/userError.ts';

/** PyTorch's names of what optimizers keep. */
const BUFFER_FILE_NAMES: Readonly<Record<BufferName, string>> = {
  momentumBuffer: 'momentum_buffer',
  expAvg: 'exp_avg',
  expAvgSq: 'exp_avg_sq',
  squareAvg: 'square_avg',
  gradAvg: 'grad_avg',
  sum: 'sum',
};

/** What of a checkpoint the trainer does not know. */
export interface CheckpointFacts {
  seed: number;
  frozen: readonly string[];
  plannedSteps: number;
  log: CheckpointState['log'];
}

/** state.json */
export function checkpointState(state: TrainerState, { frozen, ...facts }: CheckpointFacts): CheckpointState {
  const { weights: _weights, optimizer, best, carried: _carried, ...progress } = state;
  return {
    schemaVersion: 1,
    ...progress,
    ...facts,
    frozen: [...frozen],
    best: best?.at,
    optimizerSteps: Object.fromEntries(Object.entries(optimizer).map(([name, { step }]) => [name, step])),
  };
}

/** All files; `modelPath` holds the best weights so far. */
export function toCheckpoint(state: TrainerState, facts: CheckpointFacts, modelPath: string): CheckpointContent {
  const { weights, optimizer, best, carried } = state;
  const shapes = new Map(weights.map(({ name, shape }) => [name, shape]));
  return {
    state: checkpointState(state, facts),
    model: encodeSafetensors(weights, { format: 'pt' }),
    optimizer: encodeSafetensors(optimizerTensors(optimizer, shapes)),
    carried: carried && encodeSafetensors(carriedTensors(carried)),
    best: best && best.at.step !== state.step ? modelPath : undefined,
  };
}

function optimizerTensors(optimizer: OptimizerState, shapes: ReadonlyMap<string, number[]>): NamedTensor[] {
  return Object.entries(optimizer).flatMap(([name, { buffers }]) =>
    Object.entries(buffers).map(([buffer, data]) => ({
      name: `${name}.${BUFFER_FILE_NAMES[buffer as BufferName]}`,
      shape: shapes.get(name)!,
      data,
    })),
  );
}

function carriedTensors(carried: CarriedState): NamedTensor[] {
  return carried.flatMap(({ h, c }, layer) => [
    { name: `h.${layer}`, shape: [h.length], data: h },
    ...(c ? [{ name: `c.${layer}`, shape: [c.length], data: c }] : []),
  ]);
}

/** The trainer's state. Throws UserError `safetensors.*` and `checkpoint.unreadable`. */
export async function fromCheckpoint({ dir, state, name }: StoredCheckpoint): Promise<TrainerState> {
  const read = async (file: string): Promise<NamedTensor[]> =>
    inFile(join(dir, file), decodeSafetensors, await readFile(join(dir, file))).tensors;
  const weights = await read(CHECKPOINT_FILES.model);
  const hasCarried = await stat(join(dir, CHECKPOINT_FILES.carried)).then(Boolean, () => false);
  const {
    best: at,
    optimizerSteps,
    log: _log,
    plannedSteps: _steps,
    frozen: _frozen,
    seed: _seed,
    ...progress
  } = state;
  const { schemaVersion: _version, ...own } = progress;
  const bestWeights = at && (at.step === state.step ? weights : await read(CHECKPOINT_FILES.best));
  return {
    ...own,
    weights,
    optimizer: readOptimizer(await read(CHECKPOINT_FILES.optimizer), optimizerSteps, name),
    carried: hasCarried ? readCarried(await read(CHECKPOINT_FILES.carried)) : undefined,
    best: at && bestWeights && { at, weights: bestWeights },
  };
}

function readOptimizer(
  tensors: readonly NamedTensor[],
  steps: Record<string, number>,
  checkpoint: string,
): OptimizerState {
  const bufferOf = new Map(Object.entries(BUFFER_FILE_NAMES).map(([buffer, file]) => [file, buffer as BufferName]));
  const optimizer: OptimizerState = Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [name, { step, buffers: {} }]),
  );
  for (const { name, data } of tensors) {
    const cut = name.lastIndexOf('.');
    const own = Object.hasOwn(optimizer, name.slice(0, cut)) ? optimizer[name.slice(0, cut)] : undefined;
    const buffer = bufferOf.get(name.slice(cut + 1));
    if (!own || !buffer) {
      throw new UserError({
        code: 'checkpoint.unreadable',
        message: `The optimizer state of ${checkpoint} has "${name}", which is none of a parameter's.`,
        remedy: 'Resume from another checkpoint: --from NAME.',
      });
    }
    own.buffers[buffer] = data;
  }
  return optimizer;
}

function readCarried(tensors: readonly NamedTensor[]): CarriedState {
  const byName = new Map(tensors.map(({ name, data }) => [name, data]));
  const carried: CarriedState = [];
  for (let layer = 0; byName.has(`h.${layer}`); layer++) {
    carried.push({ h: byName.get(`h.${layer}`)!, c: byName.get(`c.${layer}`) });
  }
  return carried;
}
