// Golden vectors, comparisons that NaN never passes, and small sets and models for the engine's tests.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { EncodedSet } from '../../../extension/data/types.ts';
import { decodeSafetensors } from '../../../extension/engine/io/safetensors.ts';
import { createSequenceLayout, type SequenceLayout } from '../../../extension/engine/layers/sequenceLayout.ts';
import type { ModelShape, NamedTensor } from '../../../extension/engine/types.ts';
import type { ResolvedEncoder, ResolvedModel, ResolvedTraining } from '../../../extension/schema/resolved.ts';
import { Rng } from '../../../extension/util/rng.ts';

export interface Golden<Case> {
  cases: Case[];
  has(name: string): boolean;
  tensor(name: string): NamedTensor;
  /** The tensor's values. */
  values(name: string): Float32Array;
  /** The tensor's values as integers. */
  integers(name: string): Int32Array;
}

/** Vectors made by test/golden/torch/generate.py. */
export function readGolden<Case>(name: string): Golden<Case> {
  const path = new URL(`../../golden/vectors/torch-${name}.safetensors`, import.meta.url);
  const { tensors, metadata } = decodeSafetensors(readFileSync(path));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const tensor = (key: string): NamedTensor => {
    const found = byName.get(key);
    assert.ok(found, `${name} has no vector ${key}`);
    return found;
  };
  return {
    cases: JSON.parse(metadata.cases) as Case[],
    has: (key) => byName.has(key),
    tensor,
    values: (key) => tensor(key).data,
    integers: (key) => Int32Array.from(tensor(key).data),
  };
}

/** Every value finite and |actual - expected| <= absolute + relative · |expected|. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  { absolute = 1e-6, relative = 0 }: { absolute?: number; relative?: number } = {},
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let at = 0; at < expected.length; at++) {
    assert.ok(Number.isFinite(actual[at]) && Number.isFinite(expected[at]), `${what}[${at}] is not finite`);
    const difference = Math.abs(actual[at] - expected[at]);
    assert.ok(
      difference <= absolute + relative * Math.abs(expected[at]),
      `${what}[${at}]: ${actual[at]} is ${difference} from ${expected[at]}`,
    );
  }
}

/**
 * All finite, and none further off than `tolerance` times the largest expected value: what one rounding of the largest term does to the
 * smallest sum is no error of the smallest.
 */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance: number,
): void {
  const largest = Math.max(...Array.from(expected, Math.abs));
  assertClose(actual, expected, what, { absolute: tolerance * largest });
}

/** Same length and same bits. */
export function assertSameBits(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.ok(expected.length > 0, `${what} is empty`);
  assert.deepEqual(Buffer.from(actual.slice().buffer), Buffer.from(expected.slice().buffer), what);
}

/** Values in -scale … scale. */
export function randomArray(length: number, seed: number, scale = 1): Float32Array {
  const rng = new Rng(seed, 'sample');
  return Float32Array.from({ length }, () => (2 * rng.nextFloat() - 1) * scale);
}

/** Rows of real tokens, in token order, of a padded [B, T, width] tensor. */
export function unpad(padded: NamedTensor, lengths: readonly number[]): Float32Array {
  const [, steps, width] = padded.shape;
  const rows = lengths.flatMap((length, text) =>
    Array.from({ length }, (_, step) => [
      ...padded.data.subarray((text * steps + step) * width, (text * steps + step + 1) * width),
    ]),
  );
  return Float32Array.from(rows.flat());
}

export const layoutOf = (lengths: readonly number[]): SequenceLayout => createSequenceLayout(Int32Array.from(lengths));

export function modelConfig(change: {
  /** An LSTM unless it says otherwise. */
  encoder?: { type?: string } & Partial<Omit<Extract<ResolvedEncoder, { type: 'lstm' }>, 'type'>> & {
      nonlinearity?: 'tanh' | 'relu';
    };
  embedding?: Partial<ResolvedModel['embedding']>;
  pooling?: ResolvedModel['pooling'];
  head?: ResolvedModel['head'];
}): ResolvedModel {
  return {
    embedding: { size: 6, dropout: 0, init: { uniform: 0.25 }, ...change.embedding },
    encoder: {
      type: 'lstm',
      hiddenSize: 5,
      layers: 1,
      bidirectional: false,
      dropout: 0,
      ...(change.encoder?.type === undefined ? { forgetBias: 0 } : {}),
      ...change.encoder,
    } as ResolvedEncoder,
    pooling: change.pooling ?? 'max',
    head: change.head ?? { dropout: 0 },
  };
}

export function trainingConfig(change: Partial<ResolvedTraining> = {}): ResolvedTraining {
  return {
    epochs: 3,
    batchSize: 8,
    batching: 'shuffled',
    seed: 7,
    optimizer: { type: 'adam', learningRate: 0.02, betas: [0.9, 0.999], epsilon: 1e-8, lazy: false, weightDecay: 0 },
    schedule: { type: 'constant', warmupRatio: 0 },
    checkpoints: { last: true, best: true, maxMegabytes: 4096 },
    loss: { labelSmoothing: 0, classWeights: 'none' },
    best: { metric: 'validation.accuracy' },
    ...change,
  };
}

export const TOY_SHAPE: ModelShape = {
  model: modelConfig({
    encoder: { bidirectional: true },
    embedding: { dropout: 0.1 },
    head: { dropout: 0.2 },
  }),
  vocabularySize: 14,
  classCount: 3,
};

/** Texts of 1 to 9 tokens; the class is told by which of tokens 2, 3, 4 occurs. */
export function toySet(count: number, seed: number): EncodedSet {
  const rng = new Rng(seed, 'sample');
  const labels = Int32Array.from({ length: count }, () => rng.nextInt(3));
  const texts = Array.from(labels, (label) => {
    const ids = Uint32Array.from({ length: 1 + rng.nextInt(9) }, () => 5 + rng.nextInt(9));
    ids[rng.nextInt(ids.length)] = 2 + label;
    return ids;
  });
  return {
    count,
    labels,
    length: (index) => texts[index].length,
    tokens: (index) => texts[index],
    place: (index) => ({ path: 'toy', line: index + 1 }),
  };
}
