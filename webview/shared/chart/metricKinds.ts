// The charts there are: which column each one shows and how its values read.
import { formatNumber, formatPercent, formatShort } from '../format.ts';
import type { RunMetrics } from '../runMetrics.ts';

export const METRIC_KEYS = [
  'loss',
  'accuracy',
  'macroF1',
  'weightedF1',
  'perplexity',
  'bitsPerCharacter',
  'learningRate',
  'gradNorm',
  'tokensPerSecond',
] as const;
export type MetricKey = (typeof METRIC_KEYS)[number];

export interface MetricKind {
  key: MetricKey;
  title: string;
  /** Column of the step group; absent when training does not measure it. */
  training?: MetricKey;
  validation?: MetricKey;
  /** What a value is where it is not of training, as a plan's. */
  valueTitle?: string;
  format(value: number): string;
  axis(value: number): string;
}

const percentAxis = (value: number): string => `${Number((value * 100).toFixed(1))} %`;
const scoreKind = (key: MetricKey, title: string, training?: MetricKey): MetricKind => ({
  key,
  title,
  training,
  validation: key,
  format: formatPercent,
  axis: percentAxis,
});
const stepKind = (key: MetricKey, title: string): MetricKind => ({
  key,
  title,
  training: key,
  format: formatNumber,
  axis: formatShort,
});

const lossKind = (key: MetricKey, title: string): MetricKind => ({ ...stepKind(key, title), validation: key });

export const METRIC_KINDS: Readonly<Record<MetricKey, MetricKind>> = {
  loss: lossKind('loss', 'Loss'),
  accuracy: scoreKind('accuracy', 'Accuracy', 'accuracy'),
  macroF1: scoreKind('macroF1', 'Macro F1'),
  weightedF1: scoreKind('weightedF1', 'Weighted F1'),
  perplexity: lossKind('perplexity', 'Perplexity'),
  bitsPerCharacter: lossKind('bitsPerCharacter', 'Bits per character'),
  learningRate: stepKind('learningRate', 'Learning rate'),
  gradNorm: stepKind('gradNorm', 'Gradient norm'),
  tokensPerSecond: stepKind('tokensPerSecond', 'Tokens per second'),
};

/** Whether a run measures it: a classifier has no perplexity, a language model no accuracy. The loss is always there. */
export function isMeasured({ key, training, validation }: MetricKind, metrics: Pick<RunMetrics, 'column'>): boolean {
  if (key === 'loss') return true;
  const first = (group: 'step' | 'validation', name: MetricKey | undefined): number | undefined =>
    name && metrics.column(group, name)[0];
  return [first('step', training), first('validation', validation)].some((value) => Number.isFinite(value));
}
