// A run's weights and tokenizer, ready to predict. Kept while the files on disk are the same, as Predict is asked at every key stroke.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createModel, loadModel, type Model } from '../engine/model.ts';
import { createParams } from '../engine/params/paramStore.ts';
import { predictTexts } from '../engine/tasks/predictSet.ts';
import type { Prediction } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { TOKENIZER_FILE } from '../store/runFolder.ts';
import { readRun, readRunConfig } from '../store/runStore.ts';
import { loadTokenizer } from '../text/tokenizer.ts';
import { type Tokenizer, UNK_ID } from '../text/types.ts';
import { CancelledError, inFile, UserError } from '../util/userError.ts';
import { encodeText } from './encodeText.ts';
import { usePredictionEngine } from './kernels/useEngine.ts';
import { modelShape } from './modelShape.ts';
import { noModel, readPart, readRunWeights, type WeightedRun, weightsFile } from './runWeights.ts';
import { loadSegmenter } from './segmenter.ts';

const PREDICT_BATCH = 32;
/** Two runs at two epochs, side by side. */
const MAX_KEPT = 4;

export interface RunModel {
  runDir: string;
  experiment: ResolvedExperiment;
  labels: string[];
  tokenizer: Tokenizer;
  model: Model;
  /** Whose weights they are; undefined where the run does not say which was best. */
  epoch?: number;
}

/** Loads a run, with the weights after an epoch or the best. Throws UserError `run.noModel`, `run.noEpoch`, and those of the files' readers. */
export async function loadRunModel(runDir: string, epoch?: number): Promise<RunModel> {
  const { manifest } = await readRun(runDir);
  const experiment = await readRunConfig(runDir);
  const run: WeightedRun = { runDir, manifest, experiment };
  const stored = await readRunWeights(run, epoch);
  const path = join(runDir, TOKENIZER_FILE);
  const tokenizer = inFile(path, loadTokenizer, (await readPart(path, run)).toString('utf8'));
  await loadSegmenter(experiment.text.tokenizer);
  const { labels, best } = manifest;
  // Labels are written once the data is read, after the tokenizer.
  if (experiment.task === 'classification' && labels.length === 0) throw noModel(run);
  const shape = modelShape(experiment, { labels, tokenizer });
  await usePredictionEngine(experiment.engine);
  const model =
    stored === 'initial' ? createModel(shape, createParams(shape, experiment.training.seed)) : loadModel(shape, stored);
  return { runDir, experiment, labels, tokenizer, model, epoch: epoch ?? best?.epoch };
}

/** Remembers the models that were used last. */
export class RunModelCache {
  readonly #kept = new Map<string, Promise<RunModel>>();

  async get(runDir: string, epoch?: number): Promise<RunModel> {
    const key = await keyOf(runDir, epoch);
    const kept = this.#kept.get(key);
    if (kept) {
      this.#keep(key, kept);
      const run = await kept;
      // Others may have changed what computes since.
      await usePredictionEngine(run.experiment.engine);
      return run;
    }
    const value = loadRunModel(runDir, epoch);
    this.#keep(key, value);
    value.catch(() => {
      if (this.#kept.get(key) === value) this.#kept.delete(key);
    });
    return value;
  }

  /** As the newest; the oldest makes room. */
  #keep(key: string, value: Promise<RunModel>): void {
    this.#kept.delete(key);
    this.#kept.set(key, value);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(oldest);
  }
}

/** Changes whenever other weights would be read. */
async function keyOf(runDir: string, epoch: number | undefined): Promise<string> {
  const { manifest } = await readRun(runDir);
  const path = await weightsFile({ runDir, manifest }, epoch);
  const { mtimeMs, size } = (path && (await stat(path).catch(() => undefined))) || { mtimeMs: 0, size: 0 };
  return JSON.stringify([runDir, epoch, path, mtimeMs, size]);
}

/** Class probabilities of texts, most probable first. Throws UserError `run.wrongTask` for a run that has no classes. */
export async function predictWith(run: RunModel, texts: readonly string[], signal: AbortSignal): Promise<Prediction[]> {
  const { experiment, labels, model } = run;
  if (experiment.task !== 'classification') {
    throw new UserError({
      code: 'run.wrongTask',
      message: `${experiment.name} is a language model: it has no classes to predict.`,
      remedy: 'Generate text with it, or choose a classifier.',
    });
  }
  const encoded = texts.map((text) => encodeText(run, text));
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
  return encoded.map(({ ids, tokens, truncated }, row) => ({
    text: texts[row],
    tokens,
    unknown: tokens.filter((_, at) => ids[at] === UNK_ID),
    truncated,
    classes: labels
      .map((label, index) => ({ label, probability: probabilities[row * labels.length + index] }))
      .sort((a, b) => b.probability - a.probability),
  }));
}
