// What the advisor's rules are measured on: real datasets, one config that all of them start from, and changes of it, one at a time.
// A config here is as it stands in a file; a variant is laid over the base key by key.

export type Config = Record<string, unknown>;

export interface AdviceData {
  name: string;
  what: string;
  /** Files under ../shared/data: a folder, and which of its files; absent: all. */
  from: { folder: string; files?: string[] };
  /** The file that is imported, or the folder where there is none; `dataset import` finds the others. */
  imported?: string;
  /** Only the first lines of the imported file. */
  lines?: number;
  /** Arguments of `gatescope dataset ACTION NAME` before anything is trained. */
  prepare?: string[][];
  base: Config;
}

export interface Variant {
  /** What is varied; rows with one subject are one table. */
  subject: string;
  what: string;
  set: Config;
  /** Names of datasets; absent: all. */
  on?: readonly string[];
}

/** Small, so that much can be measured; what larger sizes give is measured as well. */
const model = {
  embedding: { size: 50, dropout: 0.2 },
  encoder: { type: 'lstm', hiddenSize: 50, bidirectional: true },
  pooling: 'max',
  head: { dropout: 0.5 },
};
const training = (epochs: number): Config => ({
  epochs,
  batchSize: 50,
  optimizer: { type: 'adam', learningRate: 0.003 },
  clip: { norm: 5 },
  checkpoints: { last: false, best: false },
});
const tenths = ['split', '--validation', '0.1', '--test', '0.1'];
const words = (maxLength: number) => ({ tokenizer: { type: 'word', lowercase: true }, maxLength });
const trec = { folder: 'trec6', files: ['TREC.train.all', 'TREC.test.all'] };

/** The base's maxLength is about the 99th percentile of the training texts, of hotels the 80th. */
export const ADVICE_DATA: readonly AdviceData[] = [
  {
    name: 'trec',
    what: 'TREC questions, 6 classes',
    from: trec,
    imported: 'TREC.train.all',
    base: { text: words(24), model, training: training(10) },
  },
  {
    name: 'trec1000',
    what: 'the first 1,000 questions of TREC',
    from: trec,
    imported: 'TREC.train.all',
    lines: 1000,
    base: { text: words(24), model, training: training(20) },
  },
  {
    name: 'sst2',
    what: 'SST-2 sentences, 2 classes',
    from: { folder: 'sst2', files: ['stsa.binary.train', 'stsa.binary.dev', 'stsa.binary.test'] },
    imported: 'stsa.binary.train',
    base: { text: words(48), model, training: training(6) },
  },
  {
    name: 'names',
    what: 'surnames, 18 languages, each once',
    from: { folder: 'names18' },
    prepare: [['fix', '--exclude-duplicates'], tenths],
    base: { text: { tokenizer: { type: 'character' }, maxLength: 16 }, model, training: training(8) },
  },
  {
    name: 'takeaway',
    what: 'Chinese reviews of takeaways, 2 classes',
    from: { folder: 'zh_sentiment', files: ['waimai_10k.csv'] },
    imported: 'waimai_10k.csv',
    prepare: [tenths],
    base: { text: words(128), model, training: training(5) },
  },
  {
    name: 'hotels',
    what: 'Chinese reviews of hotels, 2 classes',
    from: { folder: 'zh_sentiment', files: ['ChnSentiCorp_htl_all.csv'] },
    imported: 'ChnSentiCorp_htl_all.csv',
    prepare: [['fix', '--exclude-unusable'], tenths],
    base: { text: words(192), model, training: training(4) },
  },
];

const CELLS = ['BiRNN', 'BiGRU', 'BiLSTM'] as const;
const CHINESE = ['takeaway', 'hotels'];
const QUICK = ['trec', 'trec1000', 'sst2', 'names'];

/** Both directions, but where the type says otherwise. */
const encoder = (title: string, pooling: string, on?: readonly string[]): Variant => {
  const isBidirectional = title.startsWith('Bi');
  const type = title.replace('Bi', '').toLowerCase();
  return {
    subject: 'Encoder and pooling',
    what: `${title}, ${pooling}`,
    set: { model: { pooling, encoder: { type, bidirectional: isBidirectional } } },
    ...(on && { on }),
  };
};
/** A rate that suits one encoder may not suit another. */
const slowly = ({ what, set, on }: Variant): Variant => ({
  subject: 'Encoder and pooling at a third of the rate',
  what,
  set: { ...set, training: { optimizer: { learningRate: 0.001 } } },
  ...(on && { on }),
});
const size = (embedding: number, hiddenSize: number, on: readonly string[]): Variant => ({
  subject: 'Sizes',
  what: `embedding ${embedding}, hidden ${hiddenSize}`,
  set: { model: { embedding: { size: embedding }, encoder: { hiddenSize } } },
  on,
});
const dropout = (embedding: number, head: number): Variant => ({
  subject: 'Dropout',
  what: `embedding ${embedding}, head ${head}`,
  set: { model: { embedding: { dropout: embedding }, head: { dropout: head } } },
  on: QUICK,
});
const ofTraining = (subject: string, what: string, set: Config, on: readonly string[]): Variant => ({
  subject,
  what,
  set: { training: set },
  on,
});
const rate = (learningRate: number): Variant =>
  ofTraining('Learning rate', String(learningRate), { optimizer: { learningRate } }, QUICK);
const batch = (batchSize: number): Variant => ofTraining('Batch size', String(batchSize), { batchSize }, QUICK);
const length = (data: string, what: string, maxLength: number): Variant => ({
  subject: 'Longest text',
  what,
  set: { text: { maxLength } },
  on: [data],
});
const tokens = (what: string, tokenizer: Config, on: readonly string[], maxLength?: number): Variant => ({
  subject: 'Tokens',
  what,
  set: { text: { tokenizer, ...(maxLength && { maxLength }) } },
  on,
});

const together = (what: string, on: readonly string[], set: Config): Variant => ({
  subject: 'Together',
  what,
  set,
  on,
});
const gru = (pooling: string, size: number, more: Config = {}): Config => ({
  embedding: { size, ...more },
  encoder: { type: 'gru', hiddenSize: size },
  pooling,
  ...(more.dropout !== undefined && { head: { dropout: 0 } }),
});
const NAMES_MODEL = gru('last', 100, { dropout: 0 });

/** What the rules make of it, all at once. */
const TOGETHER: readonly Variant[] = [
  together('as advised', ['trec'], { model: gru('last', 100) }),
  together('as advised', ['trec1000'], { model: gru('last', 50) }),
  together('as advised', ['sst2'], { model: gru('max', 100) }),
  together('as advised', ['names'], { model: NAMES_MODEL }),
  together('with bpe of 1,000', ['names'], {
    model: NAMES_MODEL,
    text: { tokenizer: { type: 'bpe', maxVocabulary: 1000 } },
  }),
  together('as advised', CHINESE, { model: gru('max', 100), text: { tokenizer: { segmenter: 'jieba' } } }),
  ...[gru('last', 100), gru('last', 50), gru('max', 100), NAMES_MODEL].map((advised, at) =>
    together('as advised, at 0.006', [QUICK[at]], { model: advised, training: { optimizer: { learningRate: 0.006 } } }),
  ),
];

export const BASE = 'base';
/** What the base is called in the table of each subject. */
export const BASES: Readonly<Record<string, string>> = {
  'Encoder and pooling': 'BiLSTM, max',
  'Encoder and pooling at a third of the rate': 'BiLSTM, max, at 0.003',
  Sizes: 'embedding 50, hidden 50',
  Layers: '1',
  'Learning rate': '0.003',
  'Batch size': '50',
  Dropout: 'embedding 0.2, head 0.5',
  Tokens: 'words in lower case',
  'Longest text': '99 %, of hotels 80 %',
  Classes: 'no weights, best epoch by accuracy',
  Together: 'the base',
};

const isNotBase = ({ what }: Variant): boolean => what !== 'BiLSTM, max';

/** In the order in which they are run: what decides most comes first. */
export const VARIANTS: readonly Variant[] = [
  { subject: BASE, what: BASE, set: {} },
  ...['last', 'max'].flatMap((pooling) => CELLS.map((cell) => encoder(cell, pooling))).filter(isNotBase),
  ...['mean', 'attention'].flatMap((pooling) => ['BiGRU', 'BiLSTM'].map((cell) => encoder(cell, pooling, QUICK))),
  ...['last', 'max'].flatMap((pooling) => ['RNN', 'GRU', 'LSTM'].map((cell) => encoder(cell, pooling, QUICK))),
  ...CELLS.map((cell) => slowly(encoder(cell, 'last', QUICK))),
  ...CELLS.map((cell) => slowly(encoder(cell, 'max', QUICK))),
  size(100, 50, QUICK),
  size(50, 100, QUICK),
  size(100, 100, QUICK),
  size(200, 200, ['trec', 'trec1000']),
  { subject: 'Layers', what: '2', set: { model: { encoder: { layers: 2 } } }, on: QUICK },
  rate(0.001),
  rate(0.002),
  rate(0.006),
  batch(16),
  batch(32),
  batch(100),
  dropout(0, 0),
  dropout(0.5, 0.5),
  tokens('with upper case', { lowercase: false }, ['trec', 'trec1000']),
  tokens('words seen twice', { minFrequency: 2 }, ['trec', 'trec1000', 'sst2', ...CHINESE]),
  tokens('characters', { type: 'character' }, ['trec', 'sst2'], 192),
  tokens('bpe of 4,000', { type: 'bpe', maxVocabulary: 4000 }, ['trec', 'sst2'], 64),
  tokens('words by jieba', { segmenter: 'jieba' }, CHINESE),
  tokens('unigram of 8,000', { type: 'unigram', maxVocabulary: 8000 }, CHINESE),
  tokens('bpe of 1,000', { type: 'bpe', maxVocabulary: 1000 }, ['names']),
  tokens('lower case', { lowercase: true }, ['names']),
  length('trec', '90 %', 16),
  length('trec', '95 %', 18),
  length('sst2', '90 %', 34),
  length('sst2', '95 %', 38),
  length('takeaway', '90 %', 50),
  length('takeaway', '95 %', 69),
  length('hotels', '50 %', 82),
  length('hotels', '95 %', 376),
  ofTraining('Classes', 'balanced weights', { loss: { classWeights: 'balanced' } }, ['names', 'hotels']),
  ofTraining('Classes', 'best epoch by macro F1', { best: { metric: 'validation.macroF1' } }, ['names', 'hotels']),
  ofTraining('Classes', 'both', { loss: { classWeights: 'balanced' }, best: { metric: 'validation.macroF1' } }, [
    'names',
    'hotels',
  ]),
  ...TOGETHER,
];
