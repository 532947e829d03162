// Runs trained by Gatescope (on TREC, and on the shipped example), loaded into plain PyTorch (strict): the same logits for 200 texts
// (test/golden/torch/checkRun.py).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeSafetensors } from '../../../extension/engine/io/safetensors.ts';
import { loadModel } from '../../../extension/engine/model.ts';
import { setLogits } from '../../../extension/engine/tasks/predictSet.ts';
import type { ResolvedModel } from '../../../extension/schema/resolved.ts';
import { assertClose, readGolden } from './support.ts';

const PREFIX = 'weights.';

const RUNS = [
  ['trecRun', '200 TREC questions, nn.LSTM'],
  ['gruRun', '200 English sentences, two bidirectional layers of nn.GRU'],
  ['rnnRun', '200 English sentences, nn.RNN with relu'],
] as const;

for (const [name, what] of RUNS)
  test(`${what}: logits within 1e-5 of PyTorch`, async () => {
    const path = new URL(`../../golden/vectors/torch-${name}.safetensors`, import.meta.url);
    const golden = readGolden<{ model: ResolvedModel }>(name);
    const [{ model }] = golden.cases;
    const weights = decodeSafetensors(readFileSync(path))
      .tensors.filter(({ name }) => name.startsWith(PREFIX))
      .map((tensor) => ({ ...tensor, name: tensor.name.slice(PREFIX.length) }));
    const lengths = golden.integers('lengths');
    assert.equal(lengths.length, 200);
    const { shape, data } = golden.tensor('ids');
    const rows = Array.from(lengths, (length, row) =>
      Uint32Array.from(data.subarray(row * shape[1], row * shape[1] + length)),
    );
    const [classCount, vocabularySize] = ['head.bias', 'embedding.weight'].map(
      (name) => golden.tensor(PREFIX + name).shape[0],
    );
    const ours = loadModel({ model, vocabularySize, classCount }, weights);
    const set = { count: rows.length, length: (at: number) => rows[at].length, tokens: (at: number) => rows[at] };
    assertClose(await setLogits(ours, set, { batchSize: 50 }), golden.values('logits'), 'logits', { absolute: 1e-5 });
  });
