// Small models that are exported: their weights are functions of a seed, so that tests and the scripts beside this file make the same.
import type { ExportedModel } from '../../../extension/engine/io/export/exportedModel.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import type { ResolvedModel } from '../../../extension/schema/resolved.ts';
import { resolveExperiment } from '../../../extension/schema/resolved.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';

const LETTERS = ['[PAD]', '[UNK]', ...'abcdefghij'];
/** Texts of different lengths; a language model reads the longest two, which are equally long. */
export const IDS: readonly number[][] = [[2, 3, 4, 5, 6, 7], [11, 1, 2], [8], [9, 9, 3, 10, 2, 4]];
export const WRITER_IDS: readonly number[][] = [IDS[0], IDS[3]];

interface Case {
  task: 'classification' | 'languageModel';
  embedding: ResolvedModel['embedding'];
  encoder: ResolvedModel['encoder'];
  pooling?: ResolvedModel['pooling'];
}

const table = { size: 6, dropout: 0.1, init: { normal: 1 } };
const size = { hiddenSize: 5, layers: 1, bidirectional: false, dropout: 0 };

export const CASES: Readonly<Record<string, Case>> = {
  lstm: {
    task: 'classification',
    embedding: table,
    encoder: { type: 'lstm', ...size, layers: 2, bidirectional: true, dropout: 0.2, forgetBias: 1 },
    pooling: 'max',
  },
  attentive: {
    task: 'classification',
    embedding: table,
    encoder: { type: 'gru', ...size, bidirectional: true },
    pooling: 'attention',
  },
  gru: { task: 'classification', embedding: table, encoder: { type: 'gru', ...size }, pooling: 'mean' },
  rnn: {
    task: 'classification',
    embedding: { type: 'oneHot' },
    encoder: { type: 'rnn', ...size, bidirectional: true, nonlinearity: 'relu' },
    pooling: 'last',
  },
  writer: {
    task: 'languageModel',
    embedding: { type: 'oneHot' },
    encoder: { type: 'lstm', ...size, layers: 2, forgetBias: 0 },
  },
  gruWriter: { task: 'languageModel', embedding: table, encoder: { type: 'gru', ...size } },
};

const LABELS = ['yes', 'no "quoted" \\', 'né 🙂'];

/** The model of a case, as it would be read from a run. */
export function exportedModel(name: string): ExportedModel {
  const { task, embedding, encoder, pooling } = CASES[name];
  const model: ResolvedModel = { embedding, encoder, ...(pooling && { pooling }), head: { dropout: 0.5 } };
  const experiment = resolveExperiment(
    { task, data: { train: { path: 'data' } }, model: { encoder: { type: 'lstm' } } },
    name,
  );
  const tokenizer = createTokenizer({ type: 'character', lowercase: false }, LETTERS);
  const labels = task === 'classification' ? LABELS : [];
  const classCount = task === 'classification' ? LABELS.length : LETTERS.length;
  const params = createParams({ model, vocabularySize: LETTERS.length, classCount }, 17);
  return {
    name: `${name} """ \\ end`,
    experiment: { ...experiment, model },
    labels,
    vocabularySize: LETTERS.length,
    tokenizer: tokenizer.toJson(),
    tensors: params.save(),
  };
}
