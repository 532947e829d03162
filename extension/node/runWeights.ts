// Which weights a run has, and reading them: those before training, checkpoints of epochs, and the best in model.safetensors.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeSafetensors } from '../engine/io/safetensors.ts';
import type { NamedTensor } from '../engine/types.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { isActive, type RunManifest } from '../schema/run.ts';
import { CHECKPOINTS_FOLDER } from '../store/checkpoints.ts';
import { MODEL_FILE, START_FILE, TOKENIZER_FILE } from '../store/runFolder.ts';
import { inFile, UserError } from '../util/userError.ts';

const EPOCH_FOLDER = /^epoch-(\d{3,9})$/;
const MAX_LISTED = 12;

/** A run as far as its weights are concerned. */
export interface WeightedRun {
  runDir: string;
  manifest: RunManifest;
  experiment: ResolvedExperiment;
}

/** The file with the weights after an epoch; undefined where no file has them. Absent epoch: the best. */
export async function weightsFile(
  { runDir, manifest }: Omit<WeightedRun, 'experiment'>,
  epoch?: number,
): Promise<string | undefined> {
  const best = join(runDir, MODEL_FILE);
  if (epoch === undefined) return best;
  const checkpoint = (await checkpoints(runDir)).get(epoch);
  return checkpoint ?? (manifest.best?.epoch === epoch ? best : undefined);
}

/** Epochs whose weights are there, rising. */
export async function weightEpochs(run: WeightedRun): Promise<number[]> {
  const { runDir, manifest } = run;
  const epochs = new Set((await checkpoints(runDir)).keys());
  if (isFresh(run)) epochs.add(0);
  if (manifest.best && (await weightsFileExists(runDir))) epochs.add(manifest.best.epoch);
  return [...epochs].sort((a, b) => a - b);
}

/** The weights after `epoch`; `initial` for those that the seed gives. Throws UserError `run.noModel`, `run.noEpoch`. */
export async function readRunWeights(run: WeightedRun, epoch?: number): Promise<NamedTensor[] | 'initial'> {
  const path = await weightsFile(run, epoch);
  if (path) return inFile(path, decodeSafetensors, await readPart(path, run)).tensors;
  if (epoch === 0 && isFresh(run)) return 'initial';
  throw noEpoch(run, epoch ?? 0, await weightEpochs(run));
}

/** A file of the run folder. Throws UserError `run.noModel` or `run.noTokenizer` where it is missing. */
export async function readPart(path: string, run: Omit<WeightedRun, 'experiment'>): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    const isVocabulary = run.manifest.status === 'imported' && basename(path) === TOKENIZER_FILE;
    throw isVocabulary ? noTokenizer(run, cause) : noModel(run, cause);
  }
}

function noTokenizer({ runDir }: Omit<WeightedRun, 'experiment'>, cause: unknown): UserError {
  return new UserError({
    code: 'run.noTokenizer',
    message: `${basename(runDir)} was imported without a vocabulary: it cannot read text.`,
    remedy: 'Import the weights again with --vocabulary.',
    cause,
  });
}

export function noModel({ runDir, manifest: { status } }: Omit<WeightedRun, 'experiment'>, cause?: unknown): UserError {
  return new UserError({
    code: 'run.noModel',
    message: isActive(status)
      ? `${basename(runDir)} has no weights yet.`
      : `${basename(runDir)} has no weights: it ended as ${status}.`,
    remedy: isActive(status)
      ? 'Weights are saved after the first validation: wait for it, or choose another run.'
      : 'Choose another run.',
    cause,
  });
}

/** Whether training began with weights that the seed alone gives. */
function isFresh({ experiment: { fineTune, model }, manifest }: WeightedRun): boolean {
  const hasVectors = 'vectors' in model.embedding && model.embedding.vectors !== undefined;
  return manifest.status !== 'imported' && fineTune?.from === undefined && !hasVectors;
}

async function weightsFileExists(runDir: string): Promise<boolean> {
  return stat(join(runDir, MODEL_FILE)).then(
    () => true,
    () => false,
  );
}

/** Weights of each epoch that has a checkpoint; epoch 0 where training began with weights from elsewhere. */
async function checkpoints(runDir: string): Promise<Map<number, string>> {
  const folder = join(runDir, CHECKPOINTS_FOLDER);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = new Map<number, string>();
  const start = join(runDir, START_FILE);
  if (await stat(start).catch(() => undefined)) found.set(0, start);
  for (const name of names) {
    const number = EPOCH_FOLDER.exec(name)?.[1];
    const path = join(folder, name, MODEL_FILE);
    if (number !== undefined && (await stat(path).catch(() => undefined))) found.set(Number(number), path);
  }
  return found;
}

function noEpoch({ runDir }: WeightedRun, epoch: number, epochs: readonly number[]): UserError {
  const listed = epochs.slice(0, MAX_LISTED).join(', ') + (epochs.length > MAX_LISTED ? ', …' : '');
  return new UserError({
    code: 'run.noEpoch',
    message: `${basename(runDir)} has no weights of epoch ${epoch}.`,
    remedy: epochs.length > 0 ? `Choose one of the epochs there are: ${listed}.` : 'Choose another run.',
  });
}
