// Exported traces: .npz as NumPy writes it, safetensors by our reader, and a CSV that says every value.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { encodeNpz } from '../../../extension/engine/io/export/npzWriter.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../extension/engine/io/safetensors.ts';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import type { RunModel } from '../../../extension/node/runModel.ts';
import { exportTrace } from '../../../extension/node/trace/exportTrace.ts';
import { traceRun } from '../../../extension/node/trace/runTrace.ts';
import type { Trace } from '../../../extension/protocol/trace.ts';
import type { ResolvedExperiment } from '../../../extension/schema/resolved.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { shapeOf } from './support.ts';

const VOCABULARY = ['[PAD]', '[UNK]', ...'abcdefg,h"'];

function runOf(cell: 'lstm' | 'gru' | 'rnnRelu', bidirectional = true): RunModel {
  const shape = shapeOf(cell, { hiddenSize: 3, layers: 2, bidirectional });
  const text = { cleaning: [], tokenizer: { type: 'character' }, maxLength: 6 };
  const experiment = { task: 'classification', name: 'letters', text } as unknown as ResolvedExperiment;
  const tokenizer = createTokenizer({ type: 'character', lowercase: false }, VOCABULARY);
  const model = createModel(shape, createParams(shape, 4));
  return { runDir: '/runs/2026-letters', experiment, labels: ['x', 'y', 'z'], tokenizer, model, epoch: 7 };
}

test('arrays in an .npz equal those that numpy.savez writes, byte by byte', () => {
  const golden = unzipSync(readFileSync(new URL('../../golden/vectors/numpy-arrays.npz', import.meta.url)));
  const ours = unzipSync(
    encodeNpz([
      { name: 'matrix', shape: [2, 3], data: Float32Array.from([0, 1, 2, 3, 4, 5], (value) => value / 7) },
      { name: 'vector', shape: [4], data: Float32Array.of(1.5, -0, 3e-41, -7.25) },
      { name: 'layer0.forward.f', shape: [3, 1], data: new Float32Array(3).fill(0.1) },
      { name: 'tokens', texts: ['a', '', 'naïve', '😀 (', '\n'] },
    ]),
  );
  assert.deepEqual(Object.keys(ours), Object.keys(golden));
  for (const [name, bytes] of Object.entries(golden))
    assert.deepEqual(Buffer.from(ours[name]), Buffer.from(bytes), name);
});

function assertSameValues(trace: Trace, valuesOf: (name: string) => ArrayLike<number>): void {
  const directions = ['forward', 'backward'];
  for (const { layer, direction, signals } of trace.layers.flat()) {
    for (const [name, values] of Object.entries(signals)) {
      assert.deepEqual([...values], Array.from(valuesOf(`layer${layer}.${directions[direction]}.${name}`)), name);
    }
  }
}

test('a safetensors file has every signal, what comes of them, and the tokens', () => {
  const trace = traceRun(runOf('lstm'), { text: 'ba"gzz and more' });
  const { tensors, metadata } = decodeSafetensors(exportTrace(trace, 'safetensors'));
  const tensor = (name: string) => tensors.find((one) => one.name === name);
  assertSameValues(trace, (name) => tensor(name)?.data ?? []);
  assert.deepEqual(tensor('layer1.backward.tanhC')?.shape, [6, 3]);
  assert.deepEqual(tensor('embeddings')?.shape, [6, 5]);
  assert.deepEqual([...(tensor('pooled')?.data ?? [])], [...(trace.pooled ?? [])]);
  assert.deepEqual(
    [...(tensor('logits')?.data ?? [])],
    trace.classes?.map(({ logit }) => logit),
  );
  assert.deepEqual(JSON.parse(metadata.tokens), ['b', 'a', '"', 'g', 'z', 'z']);
  assert.deepEqual([metadata.epoch, metadata.cell, metadata.run], ['7', 'lstm', '2026-letters']);
  assert.equal(trace.truncated, 9);
  assert.deepEqual(
    trace.tokens.map(({ isUnknown }) => isUnknown),
    [false, false, false, false, true, true],
  );
});

test('a CSV has a line a cell; tokens with commas and quotes stay whole', () => {
  const trace = traceRun(runOf('gru', false), { text: 'a,"', layers: [1], signals: ['h', 'z'] });
  const lines = Buffer.from(exportTrace(trace, 'csv')).toString('utf8').trimEnd().split('\n');
  assert.equal(lines[0], 'layer,direction,unit,position,token,z,h');
  assert.equal(lines.length, 1 + 3 * 3);
  const { z, h } = trace.layers[0][0].signals as Record<string, Float32Array>;
  assert.equal(lines[1], `1,forward,0,0,a,${z[0]},${h[0]}`);
  assert.equal(lines[2], `1,forward,0,1,",",${z[3]},${h[3]}`);
  assert.equal(lines[9], `1,forward,2,2,"""",${z[8]},${h[8]}`);
});

test('only the layers and signals that were asked for; others are refused in words', () => {
  const trace = traceRun(runOf('gru'), { text: 'abc', layers: [0], signals: ['n'] });
  assert.deepEqual(
    trace.layers.flat().map(({ layer, direction, signals }) => [layer, direction, Object.keys(signals)]),
    [
      [0, 0, ['n']],
      [0, 1, ['n']],
    ],
  );
  const refusal = (ask: () => unknown): string => {
    try {
      ask();
      return 'none';
    } catch (error) {
      assert.ok(error instanceof UserError);
      return `${error.code}: ${error.message} ${error.remedy}`;
    }
  };
  assert.match(
    refusal(() => traceRun(runOf('gru'), { text: 'a', signals: ['f'] })),
    /^trace\.noSignal: .*GRU.*r, z, n, h/,
  );
  assert.match(
    refusal(() => traceRun(runOf('gru'), { text: 'a', layers: [2] })),
    /^trace\.noLayer: .*0 to 1/,
  );
});

test('ranges: gates from 0 to 1, states from -1 to 1, c and a ReLU’s h without', () => {
  const rangesOf = (run: RunModel) => traceRun(run, { text: 'a' }).signals.map(({ name, range }) => [name, range]);
  assert.deepEqual(Object.fromEntries(rangesOf(runOf('lstm'))), {
    i: [0, 1],
    f: [0, 1],
    g: [-1, 1],
    o: [0, 1],
    c: undefined,
    tanhC: [-1, 1],
    h: [-1, 1],
  });
  assert.deepEqual(rangesOf(runOf('rnnRelu')), [['h', undefined]]);
});

test('a text without tokens is read as [UNK]', () => {
  assert.deepEqual(traceRun(runOf('lstm'), { text: '' }).tokens, [{ text: '[UNK]', id: 1, isUnknown: true }]);
});

test('numbers of 16 bits come back from safetensors as they were; their shape must fit', () => {
  const data = Uint16Array.of(0, 1, 32768, 65535);
  const bytes = encodeSafetensors([
    { name: 'codes', shape: [2, 2], data },
    { name: 'x', shape: [1], data: new Float32Array(1) },
  ]);
  const { tensors } = decodeSafetensors(bytes);
  assert.deepEqual([...tensors[0].data], [...data]);
  const header = Buffer.from(bytes).toString('latin1').replace('"shape":[2,2]', '"shape":[2,3]');
  assert.throws(
    () => decodeSafetensors(Buffer.from(header, 'latin1')),
    (error) => UserError.is(error, 'safetensors.badShape'),
  );
});
