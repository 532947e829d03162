// What of the data decides how long training takes: counts and lengths, without one token. Kept for the config that was asked for last, so
// that another size of the model is answered without reading the data again.
import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { SAMPLE_LENGTH } from '../../engine/tasks/languageModel.ts';
import type { ResolvedExperiment } from '../../schema/resolved.ts';
import type { LoadOptions } from '../dataReader.ts';
import { absolutePath, readDataset } from '../datasets.ts';
import { sourcesOf } from '../loadData.ts';
import { type PreparedRun, prepareRun } from '../prepareRun.ts';
import { type EpochLengths, setLengths, type TextLengths } from './epochWork.ts';

export interface DataFacts extends EpochLengths {
  vocabularySize: number;
  classCount: number;
}

export function factsOf({ data, options }: Pick<PreparedRun, 'data' | 'options'>): DataFacts {
  const { vocabularySize, classCount } = options;
  const isText = data.task === 'languageModel';
  const lengths = (set: typeof data.train): TextLengths =>
    isText || !('length' in set) ? { tokens: set.count } : setLengths(set);
  const written = isText ? SAMPLE_LENGTH[data.tokenizer.isCharacters ? 'character' : 'word'] : 0;
  return { vocabularySize, classCount, train: lengths(data.train), validation: lengths(data.validation), written };
}

export class DataFactsCache {
  #last: { key: string; facts: Promise<DataFacts> } | undefined;

  /** Throws what reading the data and the weights throws. */
  async of(experiment: ResolvedExperiment, configDir: string, options: LoadOptions): Promise<DataFacts> {
    const key = await keyOf(experiment, configDir);
    if (this.#last?.key === key) return this.#last.facts;
    const facts = prepareRun(experiment, configDir, options).then(factsOf);
    const own = { key, facts };
    this.#last = own;
    facts.catch(() => {
      if (this.#last === own) this.#last = undefined;
    });
    return facts;
  }
}

/** All that the counts depend on: what is said of data and texts, and sizes and times of the files that are named. */
async function keyOf({ task, data, text, training, fineTune }: ResolvedExperiment, configDir: string): Promise<string> {
  const files: string[] = [];
  for (const source of sourcesOf({ data } as ResolvedExperiment)) {
    const path = absolutePath(source, configDir);
    files.push(path);
    if (!('dataset' in source)) continue;
    const { manifest, folder } = await readDataset(path);
    files.push(...manifest.files.map((file) => (isAbsolute(file.path) ? file.path : join(folder, file.path))));
  }
  if ('file' in text.tokenizer) files.push(resolve(configDir, text.tokenizer.file));
  const stamps = files.map(async (path) => {
    const stats = await stat(path).catch(() => undefined);
    return [path, stats?.size, stats?.mtimeMs];
  });
  const start = fineTune && { from: fineTune.from, tokens: fineTune.tokens, vocabulary: fineTune.vocabulary };
  return JSON.stringify([configDir, task, data, text, training.seed, start, await Promise.all(stamps)]);
}
