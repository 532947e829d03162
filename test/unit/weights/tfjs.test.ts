// A model that TensorFlow.js saved (test/golden/weights/generateTfjs.mjs), quantised weights, and manifests that point elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planImport } from '../../../extension/engine/io/layout/planImport.ts';
import { readTfjsModel } from '../../../extension/engine/io/tfjsModel.ts';
import { readWeights } from '../../../extension/node/readWeights.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertClose, goldenJson, goldenPath, logitsOf } from './support.ts';

const { ids, outputs } = goldenJson<{ ids: number[][]; outputs: number[][] }>('tfjs/answers.json');

for (const path of ['tfjs', 'tfjs/model.json']) {
  test(`the model at ${path} answers as TensorFlow.js does`, async () => {
    const plan = planImport(await readWeights(goldenPath(path)));
    for (const [row, logits] of logitsOf(plan, ids).entries()) assertClose(logits, outputs[row], 1e-6);
  });
}

/** A model.json with this manifest, over one shard. */
function read(weights: unknown, shard: Uint8Array, path: unknown = 'a.bin') {
  const text = JSON.stringify({ weightsManifest: [{ paths: [path], weights }] });
  return readTfjsModel({ model: new TextEncoder().encode(text), readShard: async () => shard });
}

test('quantised weights are value times scale plus min', async () => {
  const quantization = { dtype: 'uint8', scale: 0.5, min: -1 };
  const { tensors, notes } = await read(
    [{ name: 'w', shape: [3], dtype: 'float32', quantization }],
    Uint8Array.of(0, 2, 255),
  );
  assert.deepEqual([...tensors[0].data], [-1, 0, 126.5]);
  assert.match(notes[0], /not float32/);
});

test('a shard that does not lie beside model.json is refused', async () => {
  for (const path of ['../a.bin', '/etc/passwd', 'x/a.bin', 'x\\a.bin', '..', '', 'http://h/a.bin', 7, 'a\0b']) {
    await assert.rejects(
      read([], new Uint8Array(), path),
      (error) => UserError.is(error, 'weights.unsupported'),
      String(path),
    );
  }
});

test('a shard that is named more than once is refused before it is read again', async () => {
  let reads = 0;
  for (const groups of [[['a', 'a']], [['a'], ['b'], ['a']]]) {
    const weightsManifest = groups.map((paths) => ({ paths, weights: [] }));
    const model = new TextEncoder().encode(JSON.stringify({ weightsManifest }));
    const readShard = async (): Promise<Uint8Array> => {
      reads++;
      return new Uint8Array();
    };
    await assert.rejects(readTfjsModel({ model, readShard }), (error) => UserError.is(error, 'weights.malformed'));
  }
  assert.equal(reads, 3);
});

test('weights beyond their shards, and shards with bytes left, are refused', async () => {
  const weight = { name: 'w', shape: [2], dtype: 'float32' };
  for (const length of [7, 9]) {
    await assert.rejects(read([weight], new Uint8Array(length)), (error) => UserError.is(error, 'weights.malformed'));
  }
});
