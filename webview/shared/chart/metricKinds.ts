// The charts there are: which column each one shows and how its values read.
import { formatNumber, formatPercent, formatShort } from '../format.ts';

export const METRIC_KEYS = [
  'loss',
  'accuracy',
  'macroF1',
  'weightedF1',
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

export const METRIC_KINDS: Readonly<Record<MetricKey, MetricKind>> = {
  loss: {
    key: 'loss',
    title: 'Loss',
    training: 'loss',
    validation: 'loss',
    format: formatNumber,
    axis: formatShort,
  },
  accuracy: scoreKind('accuracy', 'Accuracy', 'accuracy'),
  macroF1: scoreKind('macroF1', 'Macro F1'),
  weightedF1: scoreKind('weightedF1', 'Weighted F1'),
  learningRate: stepKind('learningRate', 'Learning rate'),
  gradNorm: stepKind('gradNorm', 'Gradient norm'),
  tokensPerSecond: stepKind('tokensPerSecond', 'Tokens per second'),
};
