// ONNX's own node tests of LSTM, GRU and RNN: what they expect, on plain TypeScript and on every carrier; or refused by name.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type OnnxNode, readOnnxModel } from '../../extension/engine/io/onnx/onnxModel.ts';
import { type OnnxRecurrent, recurrentFromOnnx } from '../../extension/engine/io/onnx/onnxRecurrent.ts';
import { type OnnxTensor, readOnnxTensor } from '../../extension/engine/io/onnx/onnxTensor.ts';
import type { KernelMachine } from '../../extension/engine/kernels/machine.ts';
import type { NamedTensor } from '../../extension/engine/types.ts';
import { UserError } from '../../extension/util/userError.ts';
import { runOnnxLayer } from '../support/onnxLayers.ts';
import { assertNear } from '../unit/engine/support.ts';
import { CARRIERS_HERE, openTestMachine } from '../unit/kernels/support.ts';
import { dataPath } from './support.ts';

/** The tests whose nodes the engine's cells compute. */
const COMPUTED = [
  ...['test_lstm_batchwise', 'test_lstm_defaults', 'test_lstm_with_initial_bias', 'test_rnn_seq_length'],
  ...['test_simple_rnn_batchwise', 'test_simple_rnn_defaults', 'test_simple_rnn_with_initial_bias'],
];
/** GRUs whose reset gate acts before the product: over one step from a zero state, without a bias of h, that is no difference. */
const REFUSED_BUT_EQUAL = ['test_gru_batchwise', 'test_gru_defaults', 'test_gru_with_initial_bias'];
const REFUSED: Record<string, RegExp> = {
  ...Object.fromEntries(
    [...REFUSED_BUT_EQUAL, 'test_gru_seq_length'].map((name) => [name, /linear_before_reset is 0/]),
  ),
  test_lstm_with_peepholes: /peephole connections \(input P\)/,
};
/** Of the largest value: sums of float32 in another order. */
const VALUES = 2e-6;

const FOLDER = dataPath('model_onnx_rnn_node_tests');

interface NodeTest {
  node: OnnxNode;
  /** What the graph is given, weights among it. */
  given: ReadonlyMap<string, OnnxTensor>;
  expected: NamedTensor[];
}

function readTest(name: string): NodeTest {
  const folder = join(FOLDER, name);
  const { nodes } = readOnnxModel(readFileSync(join(folder, 'model.onnx'))).graph;
  assert.equal(nodes.length, 1);
  const data = join(folder, 'test_data_set_0');
  const read = (kind: string): OnnxTensor[] =>
    readdirSync(data)
      .filter((file) => file.startsWith(kind))
      .map((file) => readOnnxTensor(readFileSync(join(data, file))));
  const given = new Map(read('input_').map((tensor) => [tensor.name, tensor]));
  return { node: nodes[0], given, expected: read('output_').map((tensor) => tensor.read()) };
}

/** X as texts of equal length in token order: [B, T, I]. */
function textsOf(x: NamedTensor, isBatchFirst: boolean): { x: Float32Array; lengths: number[] } {
  const [first, second, size] = x.shape;
  if (isBatchFirst) return { x: x.data, lengths: Array<number>(first).fill(second) };
  const data = new Float32Array(x.data.length);
  for (let step = 0; step < first; step++) {
    for (let text = 0; text < second; text++) {
      const row = x.data.subarray((step * second + text) * size, (step * second + text + 1) * size);
      data.set(row, (text * first + step) * size);
    }
  }
  return { x: data, lengths: Array<number>(second).fill(first) };
}

function compare(layer: OnnxRecurrent, { given, expected }: NodeTest, machine?: KernelMachine): void {
  assert.equal(layer.directions.length, 1);
  assert.deepEqual(layer.initialStates, []);
  const x = given.get('X')?.read() ?? assert.fail('there is no X');
  const { out, hN } = runOnnxLayer(layer, textsOf(x, layer.isBatchFirst), machine);
  assert.ok(expected.length > 0);
  // One direction: Y_h is [B, H] under either layout, and Y of layout 1 is in token order.
  for (const { name, data } of expected) {
    assert.ok(name === 'Y_h' || (name === 'Y' && layer.isBatchFirst), name);
    assertNear(name === 'Y' ? out : hN, data, name, VALUES);
  }
}

const opened = await Promise.all(CARRIERS_HERE.map((carrier) => openTestMachine(carrier)));
after(async () => {
  for (const { machine } of opened) await machine.close();
});

function compareEverywhere(layer: OnnxRecurrent, one: NodeTest): void {
  compare(layer, one);
  for (const { machine } of opened) compare(layer, one, machine);
}

test('every node test is one that is computed or one that is refused', () => {
  const folders = readdirSync(FOLDER).filter((name) => name.startsWith('test_'));
  assert.deepEqual(folders.sort(), [...COMPUTED, ...Object.keys(REFUSED)].sort());
});

for (const name of COMPUTED) {
  test(`${name}: what ONNX expects`, () => {
    const one = readTest(name);
    compareEverywhere(recurrentFromOnnx(one.node, one.given), one);
  });
}

for (const [name, why] of Object.entries(REFUSED)) {
  test(`${name}: refused by name`, () => {
    const { node, given } = readTest(name);
    assert.throws(
      () => recurrentFromOnnx(node, given),
      (error) => UserError.is(error, 'onnx.unsupported') && why.test(error.message),
    );
  });
}

for (const name of REFUSED_BUT_EQUAL) {
  test(`${name}: what ONNX expects, where the place of the reset gate makes no difference`, () => {
    const one = readTest(name);
    const attributes = new Map(one.node.attributes).set('linear_before_reset', { kind: 'integer', value: 1 });
    const layer = recurrentFromOnnx({ ...one.node, attributes }, one.given);
    assert.equal(textsOf(one.given.get('X')!.read(), layer.isBatchFirst).lengths[0], 1);
    assert.ok(layer.directions[0].biasHh.every((value) => value === 0));
    compareEverywhere(layer, one);
  });
}
