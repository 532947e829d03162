// Files of other libraries under test/golden/weights/files, and a model made of what is imported from them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ImportPlan, importTensors } from '../../../extension/engine/io/layout/planImport.ts';
import { decodeWeights } from '../../../extension/engine/io/readWeights.ts';
import type { WeightsFile } from '../../../extension/engine/io/weightsFile.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { loadModel } from '../../../extension/engine/model.ts';
import type { NamedTensor } from '../../../extension/engine/types.ts';
import { NODE_READER_TOOLS } from '../../../extension/node/readWeights.ts';

const FILES = resolve(import.meta.dirname, '../../golden/weights/files');

export const goldenPath = (name: string): string => join(FILES, name);
export const goldenBytes = (name: string): Uint8Array => readFileSync(goldenPath(name));
export const goldenJson = <T>(name: string): T => JSON.parse(readFileSync(goldenPath(name), 'utf8')) as T;

export const decode = (bytes: Uint8Array): WeightsFile => decodeWeights(bytes, NODE_READER_TOOLS);
export const decodeGolden = (name: string): WeightsFile => decode(goldenBytes(name));

export function tensorNamed(tensors: readonly NamedTensor[], name: string): NamedTensor {
  const tensor = tensors.find((candidate) => candidate.name === name);
  assert.ok(tensor, `there is no tensor "${name}"`);
  return tensor;
}

/** Logits [texts, classes] of the model that a plan describes. */
export function logitsOf(plan: ImportPlan, texts: readonly number[][]): number[][] {
  assert.deepEqual([...plan.problems, ...plan.reservations], []);
  const { model, vocabularySize, classCount } = plan;
  const loaded = loadModel({ model, vocabularySize, classCount: classCount! }, importTensors(plan));
  const logits = loaded.logits(createBatch(texts));
  return texts.map((_, row) => [...logits.subarray(row * classCount!, (row + 1) * classCount!)]);
}

export function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (const [at, value] of actual.entries()) {
    // A value that is no number is close to nothing.
    assert.ok(Math.abs(value - expected[at]) <= tolerance, `[${actual}] is not [${expected}]`);
  }
}

export function softmax(logits: readonly number[]): number[] {
  const exps = logits.map((value) => Math.exp(value - Math.max(...logits)));
  const sum = exps.reduce((total, value) => total + value, 0);
  return exps.map((value) => value / sum);
}
