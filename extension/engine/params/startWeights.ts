// Weights of one model as the start of another. What depends on the vocabulary is mapped by token, the head by label; everything else must
// fit as it is. Letters: V vocabulary of the new model, S of the source, D numbers a token.
import { ATTENTION_WEIGHT, EMBEDDING_WEIGHT, HEAD_PARAMETERS } from '../../schema/parameterNames.ts';
import { UserError } from '../../util/userError.ts';
import type { NamedTensor } from '../types.ts';

/** What of a model its tensors mean. */
export interface Meaning {
  /** Tokens by id, from the padding token on. */
  vocabulary?: readonly string[];
  /** Class names; empty for a language model, whose head speaks of tokens. */
  labels?: readonly string[];
}

export interface StartSource extends Meaning {
  tensors: readonly NamedTensor[];
}

export interface StartTarget extends Required<Meaning> {
  /** Freshly initialised, in order: names, shapes, and what stays where the source has nothing. */
  fresh: readonly NamedTensor[];
  isOneHot: boolean;
}

export interface StartReport {
  /** Full names. */
  taken: string[];
  fresh: string[];
  /** In the source, but not in the model. */
  unused: string[];
  /** Of the vocabulary; absent where it does not matter. */
  tokens?: { mapped: number; added: number; dropped: number };
}

/** One tensor for each of `target.fresh`. Throws UserError `fineTune.mismatch` that says which tensor does not fit and why. */
export function startWeights(
  source: StartSource,
  target: StartTarget,
): { weights: NamedTensor[]; report: StartReport } {
  const given = new Map(source.tensors.map((tensor) => [tensor.name, tensor]));
  const rows = source.vocabulary && sourceRows(target.vocabulary, source.vocabulary);
  const report: StartReport = { taken: [], fresh: [], unused: [], tokens: rows && countTokens(rows, source) };
  const weights = target.fresh.map((fresh) => {
    const own = given.get(fresh.name);
    given.delete(fresh.name);
    const data = isHead(fresh.name)
      ? headValues(fresh, own, { source, target, rows })
      : bodyValues(fresh, own, target, rows);
    report[data ? 'taken' : 'fresh'].push(fresh.name);
    return data ? { ...fresh, data } : fresh;
  });
  report.unused = [...given.keys()];
  return { weights, report };
}

const isHead = (name: string): boolean => (HEAD_PARAMETERS as readonly string[]).includes(name);

/** For each token of the new vocabulary its row in the source; -1 where it is new. */
function sourceRows(vocabulary: readonly string[], of: readonly string[]): Int32Array {
  const rowOf = new Map(of.map((token, row) => [token, row]));
  return Int32Array.from(vocabulary, (token) => rowOf.get(token) ?? -1);
}

function countTokens(rows: Int32Array, { vocabulary = [] }: Meaning): StartReport['tokens'] {
  const mapped = rows.filter((row) => row >= 0).length;
  return { mapped, added: rows.length - mapped, dropped: vocabulary.length - mapped };
}

function bodyValues(
  fresh: NamedTensor,
  own: NamedTensor | undefined,
  { isOneHot }: StartTarget,
  rows: Int32Array | undefined,
): Float32Array | undefined {
  // What pooled otherwise, or not at all, has no attention to hand on: it starts fresh, as a head does.
  if (!own && fresh.name === ATTENTION_WEIGHT) return undefined;
  if (!own) throw mismatch(`it has no ${fresh.name}`);
  const [first, second] = fresh.shape;
  if (fresh.name === EMBEDDING_WEIGHT && rows) {
    requireShape(own, [own.shape[0], second], fresh);
    return mapRows(own, { values: own.data, width: second, hasPadding: true }, rows);
  }
  if (isOneHot && rows && /weight_ih_l0(_reverse)?$/.test(fresh.name)) {
    requireShape(own, [first, own.shape[1]], fresh);
    const columns = transpose(own.data, first, own.shape[1]);
    return transpose(mapRows(own, { values: columns, width: first, hasPadding: true }, rows), rows.length, first);
  }
  requireShape(own, fresh.shape, fresh);
  return own.data;
}

/** The head's values, by label or by token; undefined where it is of another kind and starts fresh. */
function headValues(
  fresh: NamedTensor,
  own: NamedTensor | undefined,
  { source, target, rows }: { source: StartSource; target: StartTarget; rows: Int32Array | undefined },
): Float32Array | undefined {
  const width = fresh.shape.slice(1).reduce((product, size) => product * size, 1);
  if (!own || own.shape.slice(1).join() !== fresh.shape.slice(1).join()) return undefined;
  if (target.labels.length === 0) {
    if (!rows || source.labels?.length !== 0) return own.shape.join() === fresh.shape.join() ? own.data : undefined;
    return mapRows(own, { values: own.data, width, hasPadding: false }, rows);
  }
  if (!source.labels) return undefined;
  const byLabel = sourceRows(target.labels, source.labels);
  const isSame = byLabel.length === source.labels.length && byLabel.every((row) => row >= 0);
  return isSame ? mapRows(own, { values: own.data, width, hasPadding: false }, byLabel) : undefined;
}

interface RowTable {
  /** [S, D] */
  values: Float32Array;
  width: number;
  hasPadding: boolean;
}

/** [V, D] of [S, D]: rows by their place in the source; new ones are the mean of the source's (without its padding row). */
function mapRows({ name }: NamedTensor, table: RowTable, rows: Int32Array): Float32Array {
  const { values: source, width, hasPadding } = table;
  const last = rows.reduce((most, row) => Math.max(most, row), -1);
  if ((last + 1) * width > source.length)
    throw mismatch(`its ${name} has ${source.length / width} entries, and its vocabulary or labels name more`);
  const mean = meanRow(source, width, hasPadding ? 1 : 0);
  const out = new Float32Array(rows.length * width);
  for (const [to, from] of rows.entries()) {
    out.set(from < 0 ? mean : source.subarray(from * width, (from + 1) * width), to * width);
  }
  return out;
}

function meanRow(source: Float32Array, width: number, first: number): Float32Array {
  const sums = new Float64Array(width);
  const count = source.length / width - first;
  for (let at = first * width; at < source.length; at++) sums[at % width] += source[at];
  return Float32Array.from(sums, (sum) => (count > 0 ? sum / count : 0));
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column];
  }
  return out;
}

function requireShape(own: NamedTensor, expected: readonly number[], { name, shape }: NamedTensor): void {
  if (own.shape.join() === expected.join()) return;
  throw mismatch(`its ${name} is [${own.shape.join(', ')}], and the model's is [${shape.join(', ')}]`);
}

function mismatch(why: string): UserError {
  return new UserError({
    code: 'fineTune.mismatch',
    message: `The weights of fineTune.from do not fit the model: ${why}.`,
    remedy: 'Give "model" the sizes, layers and directions of the source.',
  });
}
