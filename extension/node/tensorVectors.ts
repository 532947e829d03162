// Word vectors as a table of numbers: safetensors, NumPy or any other file of weights, with the words in a file of their own.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { NamedTensor } from '../engine/types.ts';
import { readForeignVocabulary } from '../text/foreignVocabulary.ts';
import { PAD_ID, UNK_ID } from '../text/types.ts';
import { requireVectorSize, type VectorReading, type WordVectors } from '../text/wordVectors.ts';
import { UserError } from '../util/userError.ts';
import { readWeights } from './readWeights.ts';

/** Whether a file is one of tensors, by its name: the formats of words beside their numbers have no such endings. */
export const isTensorFile = (path: string): boolean => /\.(safetensors|npz|pt|pth|th|h5|hdf5|keras|onnx)$/.test(path);

/**
 * A word goes with the row of its place in the list at `tokensPath`. Also gives the SHA-256 of the file.
 * Throws UserError `vectors.tokens`, `vectors.size`, `vectors.unreadable`, and those of the readers.
 */
export async function readTensorVectors(
  path: string,
  tokensPath: string | undefined,
  { size, idOf }: Omit<VectorReading, 'format'>,
): Promise<WordVectors & { hash: string }> {
  const { shape, data } = tableOf((await readWeights(path)).tensors);
  const [count, width] = shape;
  requireVectorSize(width, size);
  if (tokensPath === undefined) throw noTokens(count);
  const { tokens, rows } = readForeignVocabulary(await readFile(tokensPath, 'utf8'), count);
  const vectors: WordVectors['vectors'] = new Map();
  for (const [at, row] of rows.entries()) {
    const id = at === PAD_ID || at === UNK_ID ? undefined : idOf(tokens[at]);
    if (id !== undefined) vectors.set(id, data.slice(row * width, (row + 1) * width));
  }
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { size, wordCount: rows.length - 2, vectors, badLines: 0, hash };
}

function tableOf(tensors: readonly NamedTensor[]): NamedTensor {
  const tables = tensors.filter(({ shape }) => shape.length === 2);
  if (tables.length === 1) return tables[0];
  const names = tables.map(({ name }) => `"${name}"`).join(', ');
  throw new UserError({
    code: 'vectors.unreadable',
    message:
      tables.length === 0 ? 'No tensor of it is a table.' : `${tables.length} tensors of it are tables: ${names}.`,
    remedy: 'Give a file with one table, a row a word.',
  });
}

function noTokens(count: number): UserError {
  return new UserError({
    code: 'vectors.tokens',
    message: `It has ${count} rows, and does not say which word is which.`,
    remedy: 'Give the words as model.embedding.vectors.tokens: a file with one a line, or JSON with rows by word.',
  });
}
