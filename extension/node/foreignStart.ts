// Weights of another library as the start of a run: the same table of what becomes of each tensor that an import shows, and the same tokens.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DataError } from '../data/dataError.ts';
import { type ImportPlan, importTensors, planImport, withTokenRows } from '../engine/io/layout/planImport.ts';
import type { NamedTensor } from '../engine/types.ts';
import { EMBEDDING_WEIGHT, recurrentParameterNames } from '../schema/parameterNames.ts';
import type { ResolvedExperiment, ResolvedModel } from '../schema/resolved.ts';
import { readForeignVocabulary } from '../text/foreignVocabulary.ts';
import { UserError } from '../util/userError.ts';
import { readWeights } from './readWeights.ts';

const [OUR_FIRST] = recurrentParameterNames(0, false);

/** What a file of weights says, under our names and in our layout. */
export interface ForeignStart {
  tensors: NamedTensor[];
  /** Tokens by id; absent where nothing says them. */
  vocabulary?: string[];
  /** None of a language model, whose head goes by token. A classifier's file does not name its classes. */
  labels?: [];
  /** What was assumed. */
  notes: string[];
  /** What of the file is not in it, or computed something else there. */
  leftOut: string[];
}

/**
 * Reads a file of any format, or the folder that holds it. Tensors that are ours by name are taken as they are.
 * Throws UserError of the readers, `fineTune.from` with all reasons where the file is no model of ours, `vocabulary.*` at `fineTune.tokens`.
 */
export async function readForeignStart(
  path: string,
  { fineTune, model, task }: ResolvedExperiment,
  configDir: string,
): Promise<ForeignStart> {
  const file = await readWeights(path);
  const isOurs = file.format === 'safetensors' && file.tensors.some(({ name }) => name === OUR_FIRST);
  if (isOurs && fineTune?.tokens === undefined) return { tensors: file.tensors, notes: [], leftOut: [] };
  const { encoder, pooling } = model;
  const nonlinearity = encoder.type === 'rnn' ? encoder.nonlinearity : undefined;
  const found = planImport(file, { pooling, nonlinearity });
  if (found.problems.length > 0) throw noModel(path, found);
  const labels = found.task === 'languageModel' && task === 'languageModel' ? ([] as []) : undefined;
  const said = { labels, notes: found.notes, leftOut: found.reservations };
  if (fineTune?.tokens === undefined) return { tensors: importTensors(found), ...said };
  const vocabulary = await readTokens(fineTune.tokens, configDir, found.vocabularySize);
  return { tensors: importTensors(withTokenRows(found, vocabulary.rows)), vocabulary: vocabulary.tokens, ...said };
}

async function readTokens(tokens: string, configDir: string, size: number) {
  const text = await readFile(resolve(configDir, tokens), 'utf8');
  try {
    return readForeignVocabulary(text, size);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message, remedy } = error;
    throw new DataError({ code, message, remedy, configPath: ['fineTune', 'tokens'], cause: error });
  }
}

/** Rows whose tokens nobody knows cannot go to the tokens of the data: they would land on other words. */
export function requireVocabulary(
  path: string,
  { tensors, vocabulary }: Pick<ForeignStart, 'tensors' | 'vocabulary'>,
  model: ResolvedModel,
): void {
  if (vocabulary) return;
  const table = tensors.find(({ name }) => name === EMBEDDING_WEIGHT);
  const rows = table ? `its embedding has ${table.shape[0]} rows` : 'it reads tokens as one-hot vectors';
  if (!table && !('type' in model.embedding)) return;
  throw new DataError({
    code: 'fineTune.tokens',
    message: `${path} does not say which token is which: ${rows}, and no tokenizer.json lies beside it.`,
    remedy:
      'Give its tokens as fineTune.tokens: a file with one token a line in the order of the rows, or JSON with ids by token.',
    configPath: ['fineTune', 'from'],
  });
}

function noModel(path: string, { problems, reservations }: ImportPlan): DataError {
  const reasons = [...problems, ...reservations].map((reason) => `  - ${reason}`).join('\n');
  return new DataError({
    code: 'fineTune.from',
    message: `The weights in ${path} do not make a model of Gatescope:\n${reasons}\n`,
    remedy: 'Only models of embedding, LSTM, GRU or RNN layers, and one dense layer can be a start.',
    configPath: ['fineTune', 'from'],
  });
}
