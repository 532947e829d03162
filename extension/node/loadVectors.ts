// Word vectors as the start of an embedding: which rows they fill, and how much of the vocabulary and of the texts that covers.
import { resolve } from 'node:path';
import { DataError } from '../data/dataError.ts';
import type { NamedTensor } from '../engine/types.ts';
import { EMBEDDING_WEIGHT } from '../schema/parameterNames.ts';
import type { ResolvedVectors } from '../schema/resolved.ts';
import { PAD_ID, type Tokenizer, UNK_ID } from '../text/types.ts';
import { readWordVectors, type VectorReading, type WordVectors } from '../text/wordVectors.ts';
import { CancelledError, UserError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import { HashingFiles } from './hashingFiles.ts';
import type { LoadedData } from './loadData.ts';
import { isTensorFile, readTensorVectors } from './tensorVectors.ts';

/** `weights` with the rows of known words replaced, and the SHA-256 of the file. Throws DataError at the key of the vectors. */
export async function fillEmbedding(
  weights: NamedTensor[],
  vectors: ResolvedVectors,
  data: LoadedData,
  { configDir, files, signal, onLog }: LoadOptions & { configDir: string },
): Promise<{ weights: NamedTensor[]; hash: string }> {
  const table = weights.find(({ name }) => name === EMBEDDING_WEIGHT);
  if (!table) throw new Error('There is no embedding to fill');
  const [, size] = table.shape;
  const reading = { size, idOf: idOf(data.tokenizer) };
  const found = await readVectors(vectors, reading, { configDir, files, signal }).catch((error: unknown) => {
    throw atKey(error, vectors.path);
  });
  const filled = table.data.slice();
  for (const [id, vector] of found.vectors) filled.set(vector, id * size);
  for (const line of describeCoverage(found, data)) onLog(found.vectors.size > 0 ? 'info' : 'warning', line);
  const changed = weights.map((tensor) => (tensor === table ? { ...tensor, data: filled } : tensor));
  return { weights: changed, hash: found.hash };
}

async function readVectors(
  { path: given, tokens, format }: ResolvedVectors,
  reading: Omit<VectorReading, 'format'>,
  { configDir, files, signal }: Pick<LoadOptions, 'files' | 'signal'> & { configDir: string },
): Promise<WordVectors & { hash: string }> {
  const path = resolve(configDir, given);
  if (format === 'auto' && isTensorFile(path))
    return readTensorVectors(path, tokens === undefined ? undefined : resolve(configDir, tokens), reading);
  const hashing = new HashingFiles(files, () => {
    if (signal.aborted) throw new CancelledError();
  });
  const isBinary = format === 'binary' || (format === 'auto' && path.endsWith('.bin'));
  const found = await readWordVectors(hashing.read(path), { ...reading, format: isBinary ? 'binary' : 'text' });
  return { ...found, hash: hashing.hashOf(path) };
}

/** How subwords write the beginning of a word. */
const BEGINNINGS = ['Ġ', '▁', ''];

/** Words as they are in the vocabulary; the padding and the unknown token have no vector. */
function idOf(tokenizer: Tokenizer): (word: string) => number | undefined {
  const beginnings = tokenizer.model === 'WordLevel' ? [''] : BEGINNINGS;
  return (word) => beginnings.map((mark) => tokenizer.id(mark + word)).find((id) => id !== PAD_ID && id !== UNK_ID);
}

function describeCoverage({ vectors, wordCount, badLines }: WordVectors, data: LoadedData): string[] {
  const words = data.tokenizer.vocabularySize - 2;
  const { covered, all } = countCovered(vectors, data);
  const percent = (part: number, of: number): string => `${((100 * part) / Math.max(1, of)).toFixed(1)} %`;
  const lines = [
    `Word vectors: ${vectors.size} of ${words} vocabulary entries (${percent(vectors.size, words)}), ` +
      `${percent(covered, all)} of the training tokens; the file has ${wordCount} words. The others start as the config says.`,
  ];
  if (badLines > 0) lines.push(`${badLines} lines of the word vectors cannot be used and were passed over.`);
  return lines;
}

/** Tokens of the training data, and those that have a vector. */
function countCovered(vectors: WordVectors['vectors'], data: LoadedData): { covered: number; all: number } {
  let [covered, all] = [0, 0];
  const count = (ids: Uint32Array): void => {
    for (const id of ids) if (vectors.has(id)) covered++;
    all += ids.length;
  };
  if (data.task === 'languageModel') count(data.train.ids);
  else for (let index = 0; index < data.train.count; index++) count(data.train.tokens(index));
  return { covered, all };
}

function atKey(error: unknown, path: string): unknown {
  if (!(error instanceof UserError) || error instanceof DataError) return error;
  const { code, message, remedy } = error;
  const key = code === 'vectors.size' ? 'size' : 'vectors';
  return new DataError({
    code,
    message: `${path}: ${message}`,
    remedy,
    configPath: ['model', 'embedding', key],
    cause: error,
  });
}
