// A run's weights and tokenizer, ready to predict. Kept while the file on disk is the same, as Predict is asked at every key stroke.
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createCleaner } from '../data/cleaning.ts';
import { decodeSafetensors } from '../engine/io/safetensors.ts';
import { loadModel, type Model } from '../engine/model.ts';
import { predictTexts } from '../engine/tasks/predictSet.ts';
import type { Prediction } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { isActive, type RunManifest } from '../schema/run.ts';
import { MODEL_FILE, TOKENIZER_FILE } from '../store/runFolder.ts';
import { readRun, readRunConfig } from '../store/runStore.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import { type Tokenizer, UNK_ID } from '../text/types.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import { usePredictionEngine } from './kernels/useEngine.ts';
import { modelShape } from './modelShape.ts';

const PREDICT_BATCH = 32;

export interface RunModel {
  runDir: string;
  experiment: ResolvedExperiment;
  labels: string[];
  tokenizer: Tokenizer;
  model: Model;
}

/** Loads a run. Throws UserError `run.noModel` while there are no weights, and those of the files' readers. */
export async function loadRunModel(runDir: string): Promise<RunModel> {
  const { manifest } = await readRun(runDir);
  const experiment = await readRunConfig(runDir);
  const [weightBytes, tokens] = [
    await readRunPart(runDir, MODEL_FILE, manifest),
    await readRunPart(runDir, TOKENIZER_FILE, manifest),
  ];
  const weights = inFile(join(runDir, MODEL_FILE), () => decodeSafetensors(weightBytes).tensors);
  const tokenizer = inFile(join(runDir, TOKENIZER_FILE), () => loadTokenizer(tokens.toString('utf8')));
  const { labels } = manifest;
  await usePredictionEngine(experiment.engine);
  const model = loadModel(modelShape(experiment, { labels, tokenizer }), weights);
  return { runDir, experiment, labels, tokenizer, model };
}

/** A file of a run. Throws UserError `run.noModel` or `run.noTokenizer` where it is not there. */
export async function readRunPart(runDir: string, name: string, { status }: RunManifest): Promise<Buffer> {
  try {
    return await readFile(join(runDir, name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw missingPart(basename(runDir), name, status, cause);
  }
}

function missingPart(run: string, name: string, status: RunManifest['status'], cause: unknown): UserError {
  if (status === 'imported' && name === TOKENIZER_FILE) {
    return new UserError({
      code: 'run.noTokenizer',
      message: `${run} was imported without a vocabulary: it cannot read text.`,
      remedy: 'Import the weights again with --vocabulary.',
      cause,
    });
  }
  return new UserError({
    code: 'run.noModel',
    message: isActive(status) ? `${run} has no weights yet.` : `${run} has no weights: it ended as ${status}.`,
    remedy: isActive(status)
      ? 'Weights are saved after the first validation: wait for it, or choose another run.'
      : 'Choose another run.',
    cause,
  });
}

/** An error of what a file holds says which file. */
function inFile<T>(path: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof UserError) || error.place) throw error;
    const { code, message, remedy } = error;
    throw new UserError({ code, message, remedy, place: { path }, cause: error });
  }
}

/** Remembers the model that was used last. */
export class RunModelCache {
  #kept: { key: string; value: Promise<RunModel> } | undefined;

  async get(runDir: string): Promise<RunModel> {
    const { mtimeMs, size } = await stat(join(runDir, MODEL_FILE)).catch(() => ({ mtimeMs: 0, size: 0 }));
    const key = `${runDir}:${mtimeMs}:${size}`;
    if (this.#kept?.key === key) {
      const run = await this.#kept.value;
      // Others may have changed what computes since.
      await usePredictionEngine(run.experiment.engine);
      return run;
    }
    const value = loadRunModel(runDir);
    this.#kept = { key, value };
    value.catch(() => {
      if (this.#kept?.value === value) this.#kept = undefined;
    });
    return value;
  }
}

/** Class probabilities of texts, most probable first. Throws UserError `run.wrongTask` for a run that has no classes. */
export async function predictWith(run: RunModel, texts: readonly string[], signal: AbortSignal): Promise<Prediction[]> {
  const { experiment, tokenizer, labels, model } = run;
  if (experiment.task !== 'classification') {
    throw new UserError({
      code: 'run.wrongTask',
      message: `${experiment.name} is a language model: it has no classes to predict.`,
      remedy: 'Generate text with it, or choose a classifier.',
    });
  }
  const clean = createCleaner(experiment.text.cleaning);
  const encoded = texts.map((text) => tokenizer.encode(clean(text), experiment.text.maxLength));
  const probabilities = await predictTexts(
    model,
    encoded.map(({ ids }) => ids),
    {
      batchSize: PREDICT_BATCH,
      async betweenBatches() {
        await new Promise(setImmediate);
        if (signal.aborted) throw new CancelledError();
      },
    },
  );
  return encoded.map(({ ids, tokens }, row) => ({
    text: texts[row],
    tokens,
    unknown: tokens.filter((_, at) => ids[at] === UNK_ID),
    classes: labels
      .map((label, index) => ({ label, probability: probabilities[row * labels.length + index] }))
      .sort((a, b) => b.probability - a.probability),
  }));
}
