// Texts to gather statistics over: given ones, or some of a run's own data, evenly spread.
import type { TextSample } from '../../protocol/traceAnalysis.ts';
import { configDirOf } from '../../store/runFolder.ts';
import type { LoadOptions } from '../dataReader.ts';
import { encodeText } from '../encodeText.ts';
import { readTexts } from '../loadData.ts';
import { loadRunData, sourceOfSplit } from '../runData.ts';
import type { RunModel } from '../runModel.ts';

export interface SampledText {
  ids: Uint32Array;
  tokens: string[];
  /** Of a classifier's data. */
  label?: string;
}

const DEFAULT_TEXTS = 200;
/** Tokens of a piece of running text. */
const PIECE = 128;

/** Throws UserError `run.dataChanged`, `run.noTestData`, and those of reading. */
export async function sampleTexts(run: RunModel, over: TextSample, options: LoadOptions): Promise<SampledText[]> {
  if ('texts' in over) return over.texts.map((text) => encodeText(run, text));
  const { split, maxTexts = DEFAULT_TEXTS } = over;
  const source = sourceOfSplit(run, split);
  const data = await loadRunData(run, options);
  if (data.task === 'languageModel') {
    const { ids } = data[split] ?? data.train;
    const pieces = evenlySpread(Math.max(1, Math.floor(ids.length / PIECE)), maxTexts);
    return pieces.map((piece) => {
      const own = ids.slice(piece * PIECE, (piece + 1) * PIECE);
      return { ids: own, tokens: Array.from(own, (id) => run.tokenizer.shown(id)) };
    });
  }
  const set = data[split] ?? data.train;
  const indices = evenlySpread(set.count, maxTexts);
  const texts = await readTexts(source, configDirOf(run.runDir), { set, indices }, options);
  return texts.map((text, at) => ({ ...encodeText(run, text), label: data.labels[set.labels[indices[at]]] }));
}

/** At most `wanted` of 0 … count-1, rising. */
function evenlySpread(count: number, wanted: number): number[] {
  const taken = Math.min(count, wanted);
  return Array.from({ length: taken }, (_, at) => Math.floor((at * count) / taken));
}

/** Remembers the sample that was taken last, as thresholds are moved over the same texts again and again. */
export class SampleCache {
  #kept: { key: string; texts: SampledText[] } | undefined;

  async get(run: RunModel, over: TextSample, options: LoadOptions): Promise<SampledText[]> {
    const key = JSON.stringify([run.runDir, over]);
    if (this.#kept?.key !== key) this.#kept = { key, texts: await sampleTexts(run, over, options) };
    return this.#kept.texts;
  }
}
