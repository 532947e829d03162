// What was measured, as the rules quote it: points of test accuracy (of `Classes` macro F1) that a variant was ahead of the base, by dataset.
// docs/advisor.md says what was trained; `node test/bench/advice/advice.ts --tables` writes the figures below, and a test compares them.

/** Subject, variant, dataset. */
export type Gains = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

/** Dataset: the epoch by which half of the runs were at their best, and how many there were. */
export type BestEpochs = Readonly<Record<string, { readonly median: number; readonly of: number }>>;

/** Points that one variant was ahead of another, the mean over the datasets that both were measured on, or those of them that are named. */
export function ahead(subject: string, variant: string, other: string, on?: readonly string[]): number {
  const [own, others] = [GAINS[subject]?.[variant] ?? {}, GAINS[subject]?.[other] ?? {}];
  const common = Object.keys(own).filter((data) => data in others && on?.includes(data) !== false);
  if (common.length === 0) throw new Error(`${subject}: ${variant} and ${other} were not measured together`);
  return common.reduce((sum, data) => sum + own[data] - others[data], 0) / common.length;
}

/** `1.2 points more than X`, `0.3 points less`, `as much as X` */
export function inPoints(points: number, than?: string): string {
  const size = Math.abs(points).toFixed(1);
  if (size === '0.0') return than === undefined ? 'the same' : `as much as ${than}`;
  const more = `${size} ${size === '1.0' ? 'point' : 'points'} ${points > 0 ? 'more' : 'less'}`;
  return than === undefined ? more : `${more} than ${than}`;
}

export const BEST_EPOCHS: BestEpochs = {
  trec: { median: 6, of: 10 },
  trec1000: { median: 12, of: 20 },
  sst2: { median: 3, of: 6 },
  names: { median: 8, of: 8 },
  takeaway: { median: 3, of: 5 },
  hotels: { median: 3, of: 4 },
};

export const GAINS: Gains = {
  'Encoder and pooling': {
    'BiLSTM, max': { trec: 0, trec1000: 0, sst2: 0, names: 0, takeaway: 0, hotels: 0 },
    'BiRNN, last': { trec: -1.1, trec1000: -7.5, sst2: -3.7, names: -1.1, takeaway: -1.2, hotels: -7.8 },
    'BiGRU, last': { trec: 0.5, trec1000: -2.3, sst2: -0.2, names: 2.1, takeaway: 0, hotels: -0.8 },
    'BiLSTM, last': { trec: 0.4, trec1000: -4.3, sst2: -0.6, names: 1.5, takeaway: -0.5, hotels: -2.7 },
    'BiRNN, max': { trec: 0, trec1000: -6.5, sst2: -1.4, names: -1.6, takeaway: 0, hotels: -0.6 },
    'BiGRU, max': { trec: 0.5, trec1000: -1.4, sst2: -0.5, names: 0.3, takeaway: 0.1, hotels: 0.5 },
    'BiGRU, mean': { trec: -1, trec1000: -2.2, sst2: -0.1, names: 0.5 },
    'BiLSTM, mean': { trec: -2.4, trec1000: -0.2, sst2: -2.3, names: 0.1 },
    'BiGRU, attention': { trec: -3.2, trec1000: -9.4, sst2: -2.1, names: 0.8 },
    'BiLSTM, attention': { trec: -3.2, trec1000: -4.4, sst2: -2, names: 0.5 },
    'RNN, last': { trec: -4.4, trec1000: -19.6, sst2: -6.5, names: -3.6 },
    'GRU, last': { trec: 0.8, trec1000: -1, sst2: -1.6, names: 0.4 },
    'LSTM, last': { trec: -0.8, trec1000: -4, sst2: -0.5, names: -0.1 },
    'RNN, max': { trec: -1.6, trec1000: -1.6, sst2: -4.6, names: -4.1 },
    'GRU, max': { trec: 0, trec1000: -3.2, sst2: -1.5, names: -3.4 },
    'LSTM, max': { trec: 0.4, trec1000: 0.6, sst2: 0.2, names: -4.4 },
  },
  'Encoder and pooling at a third of the rate': {
    'BiLSTM, max, at 0.003': { trec: 0, trec1000: 0, sst2: 0, names: 0 },
    'BiRNN, last': { trec: -2, trec1000: -9.2, sst2: -0.8, names: -3.8 },
    'BiGRU, last': { trec: -2.4, trec1000: -0.8, sst2: -0.4, names: -2.1 },
    'BiLSTM, last': { trec: 0.6, trec1000: -6.2, sst2: 0.2, names: -2.9 },
    'BiRNN, max': { trec: -1.2, trec1000: -1.4, sst2: -0.2, names: -3.9 },
    'BiGRU, max': { trec: -3.6, trec1000: -3.2, sst2: -0.4, names: -4.5 },
    'BiLSTM, max': { trec: -2.2, trec1000: -8.8, sst2: -0.9, names: -4.8 },
  },
  Sizes: {
    'embedding 50, hidden 50': { trec: 0, trec1000: 0, sst2: 0, names: 0 },
    'embedding 100, hidden 50': { trec: 2.9, trec1000: -0.3, sst2: 0.5, names: 1.7 },
    'embedding 50, hidden 100': { trec: -1.1, trec1000: -3.4, sst2: -0.6, names: 2 },
    'embedding 100, hidden 100': { trec: 1.8, trec1000: -5.2, sst2: 0, names: 2.8 },
    'embedding 200, hidden 200': { trec: 0.8, trec1000: -7.8 },
  },
  Layers: {
    '1': { trec: 0, trec1000: 0, sst2: 0, names: 0 },
    '2': { trec: 0, trec1000: -8.8, sst2: -1.8, names: 1.3 },
  },
  'Learning rate': {
    '0.003': { trec: 0, trec1000: 0, sst2: 0, names: 0 },
    '0.001': { trec: -0.9, trec1000: -6.4, sst2: -0.1, names: -4.5 },
    '0.002': { trec: -1.6, trec1000: -2.4, sst2: -0.6, names: -1.9 },
    '0.006': { trec: 3.2, trec1000: 0.9, sst2: 0.9, names: 1.3 },
  },
  'Batch size': {
    '16': { trec: -0.3, trec1000: 0, sst2: -1, names: 1.3 },
    '32': { trec: 0.4, trec1000: 1.8, sst2: 0, names: 0.2 },
    '50': { trec: 0, trec1000: 0, sst2: 0, names: 0 },
    '100': { trec: -1.3, trec1000: -3.3, sst2: -0.8, names: -1 },
  },
  Dropout: {
    'embedding 0.2, head 0.5': { trec: 0, trec1000: 0, sst2: 0, names: 0 },
    'embedding 0, head 0': { trec: -1.7, trec1000: -2.3, sst2: 0.3, names: 3.3 },
    'embedding 0.5, head 0.5': { trec: -1.3, trec1000: 0.3, sst2: 0.4, names: -1.8 },
  },
  Tokens: {
    'words in lower case': { trec: 0, trec1000: 0, sst2: 0, names: 0, takeaway: 0, hotels: 0 },
    'with upper case': { trec: -0.4, trec1000: -3.2 },
    'words seen twice': { trec: 0.8, trec1000: -2.6, sst2: -0.5, takeaway: -0.1, hotels: -1.2 },
    characters: { trec: -10.4, sst2: -20 },
    'bpe of 4,000': { trec: -4.2, sst2: -3.9 },
    'words by jieba': { takeaway: 0.8, hotels: 0.9 },
    'unigram of 8,000': { takeaway: 0.2, hotels: -0.4 },
    'bpe of 1,000': { names: 3.6 },
    'lower case': { names: 0.1 },
  },
  'Longest text': {
    '99 %, of hotels 80 %': { trec: 0, sst2: 0, takeaway: 0, hotels: 0 },
    '90 %': { trec: 1.4, sst2: 0.7, takeaway: 0.1 },
    '95 %': { trec: -0.8, sst2: 0.6, takeaway: 0.8, hotels: 0.6 },
    '50 %': { hotels: -0.8 },
  },
  Classes: {
    'no weights, best epoch by accuracy': { names: 0, hotels: 0 },
    'balanced weights': { names: -2, hotels: -1.6 },
    'best epoch by macro F1': { names: 0, hotels: 0 },
    both: { names: -2, hotels: -1.6 },
  },
  Together: {
    'the base': { trec: 0, trec1000: 0, sst2: 0, names: 0, takeaway: 0, hotels: 0 },
    'as advised': { trec: 3.3, trec1000: -2.3, sst2: -1.2, names: 3.2, takeaway: 0.4, hotels: 0 },
    'with bpe of 1,000': { names: 2.1 },
    'as advised, at 0.006': { trec: 3.8, trec1000: -2.2, sst2: 0.3, names: 2.1 },
  },
};
