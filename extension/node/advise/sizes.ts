// What advice takes to train: memory and parameters by counting, seconds by the rates of this machine. From statistics alone; no text is read.
import { SAMPLE_LENGTH } from '../../engine/tasks/languageModel.ts';
import type { RunEstimate } from '../../protocol/estimate.ts';
import type { Experiment } from '../../schema/experiment.ts';
import { type ResolvedExperiment, resolveExperiment } from '../../schema/resolved.ts';
import type { DataFacts } from '../estimate/dataFacts.ts';
import type { TextLengths } from '../estimate/epochWork.ts';
import { estimateRun } from '../estimate/estimateRun.ts';
import type { MachineRates } from '../estimate/machineRates.ts';
import { estimateMemory } from '../estimate/memory.ts';
import type { Draft } from './rule.ts';
import type { DatasetStatistics } from './statistics.ts';

/** Padding and unknown. */
const SPECIAL_TOKENS = 2;

export function estimateDraft(draft: Draft, facts: DatasetStatistics, rates: MachineRates): RunEstimate {
  const experiment = resolved(draft, facts);
  return estimateRun(experiment, dataFacts(experiment, facts), rates);
}

/** Bytes that training takes where every text of a batch is as long as it may be. */
export function largestBytes(draft: Draft, facts: DatasetStatistics, batchSize: number): number {
  const { model, text, training } = resolved(draft, facts);
  const steps = text.maxLength ?? training.sequenceLength ?? 1;
  const { vocabularySize, classCount } = vocabularyAndClasses(text, facts);
  const batch = { texts: batchSize, tokens: batchSize * steps, steps };
  const {
    weights,
    optimizer,
    batch: ofBatch,
  } = estimateMemory({ model, vocabularySize, classCount }, batch, training.optimizer);
  return weights + optimizer + ofBatch;
}

/** The data is known by its statistics; the draft says at most how it is split. */
function resolved(draft: Draft, { task }: DatasetStatistics): ResolvedExperiment {
  const data = { ...(draft.data as object), train: { path: 'none' } };
  return resolveExperiment({ ...draft, task, data } as Experiment, 'advice');
}

function vocabularyAndClasses({ tokenizer }: ResolvedExperiment['text'], { task, tokens, classes }: DatasetStatistics) {
  const { minFrequency, maxVocabulary } =
    'file' in tokenizer ? { minFrequency: 1, maxVocabulary: Number.POSITIVE_INFINITY } : tokenizer;
  const known = tokens.types - (minFrequency > 1 ? tokens.once : 0);
  const vocabularySize = Math.min(maxVocabulary, SPECIAL_TOKENS + known);
  return { vocabularySize, classCount: task === 'languageModel' ? vocabularySize : classes.length };
}

function dataFacts({ text, data }: ResolvedExperiment, facts: DatasetStatistics): DataFacts {
  const { task, tokens, hasValidation, validationRows, rows } = facts;
  const share = 'split' in data.validation ? data.validation.split : 0.1;
  const heldOut = hasValidation ? validationRows / Math.max(1, rows) : share;
  const kept = hasValidation ? 1 : 1 - share;
  const part = (of: number): TextLengths =>
    task === 'languageModel'
      ? { tokens: Math.round(of * tokens.total) }
      : evenly(tokens.lengths, Math.round(of * tokens.lengths.length), text.maxLength);
  const isCharacters = 'type' in text.tokenizer && text.tokenizer.type === 'character';
  const written = task === 'languageModel' ? SAMPLE_LENGTH[isCharacters ? 'character' : 'word'] : 0;
  return { ...vocabularyAndClasses(text, facts), train: part(kept), validation: part(heldOut), written };
}

/** So many lengths, from the whole range of those that there are, cut at `most`. */
function evenly(lengths: Uint32Array, count: number, most = Number.POSITIVE_INFINITY): Uint32Array {
  return Uint32Array.from({ length: count }, (_, at) =>
    Math.min(most, lengths[Math.floor(((at + 0.5) / count) * lengths.length)]),
  );
}
