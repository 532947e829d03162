// Made-up advice on the made-up dataset.
import type { DatasetAdvice } from '../../extension/protocol/advice.ts';

export const ADVICE: DatasetAdvice = {
  task: 'classification',
  entries: [
    {
      key: 'text.tokenizer.type',
      value: 'word',
      reason: 'Half of the texts have more than 104 characters, so they have words.',
      source: 'docs/advisor.md, Tokens',
      isOfData: true,
      alternatives: [{ value: 'bpe', reason: '0.8 points less; nothing is unknown.' }],
    },
    {
      key: 'text.maxLength',
      value: 40,
      reason: '99 % of the training texts have up to 40 tokens.',
      source: 'the dataset',
      isOfData: true,
      alternatives: [],
    },
    {
      key: 'model.encoder.type',
      value: 'gru',
      reason: 'A GRU reached what an LSTM did, with a quarter fewer weights.',
      source: 'docs/advisor.md, Encoder and pooling',
      isOfData: false,
      alternatives: [
        { value: 'lstm', reason: '0.2 points more; a third more weights.' },
        { value: 'rnn', reason: '1.9 points less.' },
      ],
    },
    {
      key: 'training.optimizer.learningRate',
      value: 0.003,
      reason: 'Half the rate gave 4.1 points less, twice the rate 0.4 points more.',
      source: 'docs/advisor.md, Learning rate',
      isOfData: false,
      alternatives: [],
    },
    {
      key: 'training.best.metric',
      value: 'validation.macroF1',
      reason: '"cold" has 800 texts, "warm" 20: accuracy hardly sees the rare classes.',
      source: 'the dataset',
      isOfData: true,
      alternatives: [{ value: { type: 'adam', learningRate: 0.002 }, reason: 'a value of many parts.' }],
    },
  ],
  together: { trec: 3.3, sst2: -1.2, hotels: 0 },
  estimate: {
    parameters: 163_842,
    groups: [
      { name: 'embedding', count: 120_000 },
      { name: 'encoder.0', count: 43_440 },
      { name: 'head', count: 402 },
    ],
    vocabulary: 1200,
    memory: { weights: 655_368, optimizer: 1_310_736, batch: 1_100_000 },
    updates: 29,
    tokens: 19_350,
    seconds: 0.4,
    engine: 'native kernels (avx2), 1 thread',
  },
};
