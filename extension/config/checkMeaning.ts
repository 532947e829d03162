// Contradictions that a schema cannot say, found in the text alone. The config has the right shape.
import type { Experiment } from '../schema/experiment.ts';
import type { DataSource } from '../schema/source.ts';
import { checkTask } from './checkTask.ts';
import type { ConfigText, JsonPath } from './configText.ts';
import type { ConfigProblem, ProblemFix } from './problem.ts';
import { sourcesOf } from './sources.ts';

export function checkMeaning(config: ConfigText, experiment: Experiment): ConfigProblem[] {
  const found: ConfigProblem[] = [];
  const report: Report = (severity, path, message, fixes = []) => {
    const node = config.findKey(path) ?? config.findNearest(path);
    if (!node) return;
    const { offset, length } = node;
    found.push({ code: 'config.contradiction', severity, message, start: offset, end: offset + length, fixes });
  };
  for (const check of [checkTask, checkSources, checkText, checkModel, checkTraining])
    check(config, experiment, report);
  return found;
}

export type Report = (
  severity: ConfigProblem['severity'],
  path: JsonPath,
  message: string,
  fixes?: ProblemFix[],
) => void;

const SEPARATED = ['csv', 'tsv', 'auto'];
const WITH_COLUMNS = [...SEPARATED, 'jsonl', 'json', 'parquet', 'arrow'];

function checkSources(config: ConfigText, experiment: Experiment, report: Report): void {
  const { train, validation } = experiment.data;
  // What such a config has no use for is said with its task.
  const isRunningText = experiment.task === 'languageModel';
  for (const { path, source } of sourcesOf(experiment)) {
    const format = source.format ?? 'auto';
    const refuse = (key: keyof DataSource, formats: readonly string[]): void => {
      if (isRunningText || source[key] === undefined || formats.includes(format)) return;
      const fix = config.fixByRemoval(`Remove "${key}"`, [...path, key]);
      report('error', [...path, key], `The format "${format}" has no use for "${key}".`, [fix]);
    };
    refuse('delimiter', SEPARATED);
    refuse('header', SEPARATED);
    refuse('textColumn', WITH_COLUMNS);
    refuse('labelColumn', WITH_COLUMNS);
    if (source.textColumn !== undefined && source.textColumn === source.labelColumn) {
      const fix = config.fixByRemoval('Remove "labelColumn"', [...path, 'labelColumn']);
      report('error', [...path, 'labelColumn'], 'Text and label cannot be the same column.', [fix]);
    }
    const isOther = path[1] !== 'train';
    if (isOther && 'path' in train && source.path === train.path) {
      const fix = config.fixByRemoval(`Remove "${path[1]}"`, path);
      const message = 'This is the training data: scores on it say nothing about new texts.';
      report('warning', [...path, 'path'], message, [fix]);
    }
  }
  if (validation && 'split' in validation && 'path' in validation) {
    const fix = config.fixByRemoval('Remove "split"', ['data', 'validation', 'split']);
    report('error', ['data', 'validation', 'split'], 'Give either a share to hold out or a file, not both.', [fix]);
  }
}

/** [PAD], [UNK] and the bytes. */
const MIN_BPE = 258;

function checkText(config: ConfigText, { text = {} }: Experiment, report: Report): void {
  const tokenizer = text.tokenizer ?? {};
  if ('file' in tokenizer) return;
  const { type = 'word', segmenter, maxVocabulary } = tokenizer;
  if (segmenter !== undefined && type !== 'word') {
    const fix = config.fixByRemoval('Remove "segmenter"', ['text', 'tokenizer', 'segmenter']);
    const message = `A segmenter finds words: "${type}" has no use for it.`;
    report('error', ['text', 'tokenizer', 'segmenter'], message, [fix]);
  }
  if (type === 'bpe' && maxVocabulary !== undefined && maxVocabulary < MIN_BPE) {
    const path = ['text', 'tokenizer', 'maxVocabulary'];
    const fix = config.fixByValue('Change to 8000', path, 8000);
    report('error', path, `Byte-level BPE has an entry for each of 256 bytes: give at least ${MIN_BPE}.`, [fix]);
  }
  const at = text.cleaning?.indexOf('lowercase') ?? -1;
  if (at < 0 || !tokenizer.lowercase) return;
  const fix = config.fixByRemoval('Remove the cleaning step', ['text', 'cleaning', at]);
  report('warning', ['text', 'cleaning', at], 'The tokenizer already makes everything lower case.', [fix]);
}

function checkModel(config: ConfigText, { model }: Experiment, report: Report): void {
  const { dropout = 0, layers = 1 } = model.encoder;
  if (dropout === 0 || layers > 1) return;
  const path = ['model', 'encoder', 'dropout'];
  const fix = config.fixByRemoval('Remove "dropout"', path);
  report('warning', path, 'Dropout between layers does nothing with a single layer.', [fix]);
}

function checkTraining(config: ConfigText, { model, training }: Experiment, report: Report): void {
  const { clip, optimizer, earlyStopping, epochs = 10 } = training ?? {};
  if (optimizer && 'lazy' in optimizer && optimizer.lazy && model.embedding && 'type' in model.embedding) {
    const path = ['training', 'optimizer', 'lazy'];
    const fix = config.fixByRemoval('Remove "lazy"', path);
    report('warning', path, 'One-hot vectors have no table: there is nothing to update lazily.', [fix]);
  }
  if (clip?.norm !== undefined && clip.value !== undefined) {
    const fix = config.fixByRemoval('Remove "value"', ['training', 'clip', 'value']);
    report('error', ['training', 'clip', 'value'], 'Clip by norm or by value, not both.', [fix]);
  }
  if (optimizer?.type === 'sgd' && optimizer.nesterov && !optimizer.momentum) {
    const fix = config.fixByValue('Add "momentum": 0.9', ['training', 'optimizer', 'momentum'], 0.9);
    report('error', ['training', 'optimizer', 'nesterov'], 'Nesterov momentum needs a momentum above 0.', [fix]);
  }
  const perEpoch = training?.validateEverySteps === undefined;
  if (earlyStopping?.patience !== undefined && perEpoch && earlyStopping.patience >= epochs) {
    const message = `A patience of ${earlyStopping.patience} evaluations never ends a run of ${epochs} epochs early.`;
    const path = ['training', 'earlyStopping', 'patience'];
    const fixes = epochs > 1 ? [config.fixByValue(`Change to ${epochs - 1}`, path, epochs - 1)] : [];
    report('warning', path, message, fixes);
  }
}
