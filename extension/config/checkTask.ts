// What a config asks for that its task has no use for. The config has the right shape.
import type { Experiment } from '../schema/experiment.ts';
import type { DataSource } from '../schema/source.ts';
import { TASK_SCORES, type TaskName } from '../schema/tasks.ts';
import type { MetricName } from '../schema/trainingSection.ts';
import type { Report } from './checkMeaning.ts';
import type { ConfigText, JsonPath } from './configText.ts';
import { sourcesOf } from './sources.ts';

const TITLES: Readonly<Record<TaskName, string>> = {
  classification: 'Classification',
  languageModel: 'A language model',
};

/** Keys that only one task reads, and why the other does not. */
const ONLY_CLASSIFICATION: readonly (readonly [path: JsonPath, why: string])[] = [
  [['model', 'pooling'], 'it predicts at every token'],
  [['text', 'maxLength'], 'it reads the whole text'],
  [['training', 'loss'], 'every token counts the same'],
  [['training', 'batching'], 'it reads the text in its order'],
];
const LABEL_KEYS = [
  'delimiter',
  'header',
  'textColumn',
  'labelColumn',
  'labelPart',
] as const satisfies (keyof DataSource)[];

export function checkTask(config: ConfigText, experiment: Experiment, report: Report): void {
  const task = experiment.task ?? 'classification';
  checkMetrics(config, experiment, task, report);
  if (task === 'languageModel') checkLanguageModel(config, experiment, report);
  else checkClassification(config, experiment, report);
}

function checkLanguageModel(config: ConfigText, experiment: Experiment, report: Report): void {
  const refuse = (path: JsonPath, why: string): void => {
    const key = String(path[path.length - 1]);
    const message = `A language model has no use for "${key}": ${why}.`;
    report('error', path, message, [config.fixByRemoval(`Remove "${key}"`, path)]);
  };
  for (const [path, why] of ONLY_CLASSIFICATION) if (config.find(path)) refuse(path, why);
  if (experiment.model.encoder.bidirectional) {
    refuse(['model', 'encoder', 'bidirectional'], 'reading from the end would show it what it has to predict');
  }
  for (const { path, source } of sourcesOf(experiment)) {
    for (const key of LABEL_KEYS) if (source[key] !== undefined) refuse([...path, key], 'it reads running text');
    if (source.format === undefined || source.format === 'auto' || source.format === 'text') continue;
    const fix = config.fixByValue('Change to "text"', [...path, 'format'], 'text');
    report('error', [...path, 'format'], `A language model reads running text: the format "${source.format}" is not.`, [
      fix,
    ]);
  }
}

function checkClassification(config: ConfigText, experiment: Experiment, report: Report): void {
  const path = ['training', 'sequenceLength'];
  if (config.find(path)) {
    const fix = config.fixByRemoval('Remove "sequenceLength"', path);
    report('error', path, 'Only a language model has a "sequenceLength"; "text.maxLength" limits texts.', [fix]);
  }
  for (const { path: at, source } of sourcesOf(experiment)) {
    if (source.format !== 'text') continue;
    const fix = config.fixByValue('Set "task": "languageModel"', ['task'], 'languageModel');
    report('error', [...at, 'format'], 'Running text has no labels to classify: it is for a language model.', [fix]);
  }
}

function checkMetrics(config: ConfigText, { text, training }: Experiment, task: TaskName, report: Report): void {
  const isCharacters = text?.tokenizer && 'type' in text.tokenizer && text.tokenizer.type === 'character';
  const scores = TASK_SCORES[task].filter((name) => name !== 'bitsPerCharacter' || isCharacters);
  const known = scores.map((name): MetricName => `validation.${name}` as MetricName);
  for (const key of ['best', 'earlyStopping'] as const) {
    const metric = training?.[key]?.metric;
    const path = ['training', key, 'metric'];
    if (metric === undefined) continue;
    const fix = config.fixByValue('Change to "validation.loss"', path, 'validation.loss');
    if (known.includes(metric)) continue;
    const list = known.map((name) => `"${name}"`).join(', ');
    const words = task === 'languageModel' && metric === 'validation.bitsPerCharacter' ? ' of words' : '';
    report('error', path, `${TITLES[task]}${words} is not judged by "${metric}". It has ${list}.`, [fix]);
  }
}
