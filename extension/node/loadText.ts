// The running text of a language model's experiment, encoded: one pass over each source.
import { countUnknown, TrainingTextBuilder } from '../data/runningText.ts';
import type { EncodedText } from '../data/types.ts';
import type { ResolvedExperiment, ResolvedSource } from '../schema/resolved.ts';
import { DataReader, type KnownText, type LoadOptions, type TextPart } from './dataReader.ts';
import { type LoadedFacts, sourcesOf, type TextSets } from './loadData.ts';
import { learningTurn, settleText } from './settledTokenizer.ts';

/** Reads, splits and encodes everything. Throws DataError for texts that are too short, CancelledError. */
export async function loadTexts(
  experiment: ResolvedExperiment,
  configDir: string,
  options: LoadOptions,
): Promise<LoadedFacts & TextSets> {
  const { data } = experiment;
  const reader = await DataReader.open(sourcesOf(experiment), { configDir, ...data }, options);
  const builder = new TrainingTextBuilder(experiment, await settleText(experiment, configDir, options));
  const train = await reader.read(data.train, ['data', 'train'], (example) => builder.add(example));
  const { tokenizer, train: trainText, heldOut } = await builder.finish(learningTurn(options));
  const known: KnownText = { experiment, tokenizer };
  const validation =
    'split' in data.validation
      ? undefined
      : await reader.readEncodedText(data.validation, ['data', 'validation'], known);
  const test = data.test && (await reader.readEncodedText(data.test, ['data', 'test'], known));
  const parts = [train, validation, test].filter((part) => part !== undefined);
  const loaded: LoadedFacts & TextSets = {
    task: 'languageModel',
    labels: [],
    tokenizer,
    train: trainText,
    validation: validation?.set ?? (heldOut as EncodedText),
    test: test?.set,
    rows: {
      read: parts.reduce((sum, { rows }) => sum + rows.read, 0),
      skipped: parts.reduce((sum, { rows }) => sum + rows.skipped, 0),
    },
    badRows: parts.flatMap(({ rows }) => rows.bad),
    duplicates: { validation: 0, test: 0 },
    hashes: { train: train.hash, validation: validation?.hash, test: test?.hash },
  };
  sayUnknown(loaded, options);
  return loaded;
}

function sayUnknown({ validation, test }: TextSets, { onLog }: LoadOptions): void {
  for (const [name, text] of [['validation', validation] as const, ['test', test] as const]) {
    const unknown = text ? countUnknown(text) : 0;
    if (text && unknown > 0) onLog('warning', `${unknown} of ${text.count} ${name} tokens are not in the vocabulary.`);
  }
}

/** One more text, with a run's own tokenizer. */
export async function loadText(
  source: ResolvedSource,
  configDir: string,
  known: KnownText,
  options: LoadOptions,
): Promise<TextPart> {
  const reader = await DataReader.open([source], { configDir, ...known.experiment.data }, options);
  return reader.readEncodedText(source, ['data', 'test'], known);
}
