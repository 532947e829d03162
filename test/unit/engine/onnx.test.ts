// ONNX files: what ONNX Runtime and PyTorch compute with them, what is refused and in which words, and hostile bytes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { type OnnxAttribute, type OnnxNode, readOnnxModel } from '../../../extension/engine/io/onnx/onnxModel.ts';
import { type OnnxRecurrent, recurrentFromOnnx } from '../../../extension/engine/io/onnx/onnxRecurrent.ts';
import { readOnnxTensor } from '../../../extension/engine/io/onnx/onnxTensor.ts';
import { decodeSafetensors } from '../../../extension/engine/io/safetensors.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import type { InitialState } from '../../../extension/engine/layers/recurrent.ts';
import type { NamedTensor } from '../../../extension/engine/types.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { recurrentLayersOf, runOnnxLayer } from '../../support/onnxLayers.ts';
import { CARRIERS_HERE, openTestMachine } from '../kernels/support.ts';
import { assertNear, unpad } from './support.ts';

const VECTORS = new URL('../../golden/vectors/', import.meta.url);
const fileOf = (name: string): Uint8Array => readFileSync(new URL(`onnx-${name}.onnx`, VECTORS));

interface OnnxCase {
  name: string;
  lengths: number[];
  layers: number;
}

const golden = decodeSafetensors(readFileSync(new URL('onnx.safetensors', VECTORS)));
const cases = JSON.parse(golden.metadata.cases) as OnnxCase[];
const find = (name: string): NamedTensor | undefined => golden.tensors.find((tensor) => tensor.name === name);
const tensor = (name: string): NamedTensor => find(name) ?? assert.fail(`there is no vector ${name}`);
/** Of the largest value: sums of float32 in another order, up to eight steps of them. */
const VALUES = 2e-6;

/** Part n of the D states [D, B, H]. */
function statesOf(name: string, directions: number): InitialState[] {
  const part = (state: string, n: number): Float32Array | undefined => {
    const data = find(`${name}.${state}`)?.data;
    return data?.subarray((n * data.length) / directions, ((n + 1) * data.length) / directions);
  };
  return Array.from({ length: directions }, (_, n) => ({ h0: part('h0', n), c0: part('c0', n) }));
}

/** [B, T, D, H] as [B, T, D·H]. */
function joined({ name, shape: [texts, steps, directions, hidden], data }: NamedTensor): NamedTensor {
  return { name, shape: [texts, steps, directions * hidden], data };
}

function compare(one: OnnxCase, machine?: KernelMachine): void {
  const { name, lengths } = one;
  const layers = recurrentLayersOf(fileOf(name));
  assert.equal(layers.length, one.layers);
  let x = unpad(tensor(`${name}.X`), lengths);
  for (const layer of layers) {
    const { out, hN, cN } = runOnnxLayer(layer, { x, lengths, initial: initialOf(name, layer) }, machine);
    for (const [key, values] of Object.entries({ Y_h: hN, Y_c: cN })) {
      const expected = find(`${name}.${key}`);
      if (expected) assertNear(values, expected.data, key, VALUES);
    }
    x = out;
  }
  assertNear(x, unpad(joined(tensor(`${name}.Y`)), lengths), 'Y', VALUES);
}

/** Single nodes take the states of the vectors; a model that PyTorch exported begins with zeros, which its graph makes. */
function initialOf(name: string, { directions }: OnnxRecurrent): InitialState[] | undefined {
  return find(`${name}.h0`) ? statesOf(name, directions.length) : undefined;
}

for (const one of cases) {
  test(`${one.name}: plain TypeScript computes what its judge does`, () => compare(one));
}
for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());
  for (const one of cases) {
    test(`${carrier.name} ${one.name}: kernels compute what its judge does`, async () => {
      compare(one, (await opened).machine);
    });
  }
}

test('a wrong order of gates, or of biases, would show in every cell', () => {
  for (const name of ['lstm', 'gru', 'rnn']) {
    const [layer] = recurrentLayersOf(fileOf(name));
    const { weightIh, biasIh, biasHh } = layer.directions[0];
    const size = layer.hiddenSize * layer.inputSize;
    const swapped = new Float32Array([...weightIh.subarray(size), ...weightIh.subarray(0, size)]);
    const wrong = [
      ...(name === 'rnn' ? [] : [{ ...layer.directions[0], weightIh: swapped }]),
      ...(name === 'gru' ? [{ ...layer.directions[0], biasIh: biasHh, biasHh: biasIh }] : []),
    ];
    const x = unpad(tensor(`${name}.X`), [4, 1, 6, 3]);
    for (const weights of wrong) {
      const input = { x, lengths: [4, 1, 6, 3], initial: statesOf(name, 1) };
      const { hN } = runOnnxLayer({ ...layer, directions: [weights] }, input);
      assert.throws(() => assertNear(hN, tensor(`${name}.Y_h`).data, 'Y_h', 0.01));
    }
  }
});

test('a file says who wrote it; nodes and constants keep their names', () => {
  const { producer, graph } = readOnnxModel(fileOf('torchLstm'));
  assert.match(producer, /^pytorch 2\.15/);
  assert.deepEqual(
    graph.nodes.filter(({ op }) => op === 'LSTM').map(({ attributes }) => attributes.get('hidden_size')),
    [1, 2].map(() => ({ kind: 'integer', value: 5 })),
  );
  const [w] = graph.nodes.filter(({ op }) => op === 'LSTM').map(({ inputs }) => inputs[1]);
  assert.deepEqual(graph.initialisers.get(w)?.shape, [2, 20, 3]);
  assert.equal(graph.initialisers.get(w)?.read().name, w);
  assert.deepEqual(recurrentLayersOf(fileOf('gru'))[0].initialStates, ['h0']);
});

/** The node of a vector file with other attributes or inputs, imported. */
function imported(
  name: string,
  { attributes = {}, inputs }: { attributes?: Record<string, OnnxAttribute>; inputs?: (given: string[]) => string[] },
): OnnxRecurrent {
  const { graph } = readOnnxModel(fileOf(name));
  const [node] = graph.nodes;
  const changed: OnnxNode = {
    ...node,
    inputs: inputs?.(node.inputs) ?? node.inputs,
    attributes: new Map([...node.attributes, ...Object.entries(attributes)]),
  };
  return recurrentFromOnnx(changed, graph.initialisers);
}

const bytes = (text: string): OnnxAttribute => ({ kind: 'bytes', value: new TextEncoder().encode(text) });
const texts = (...list: string[]): OnnxAttribute => ({
  kind: 'bytesList',
  value: list.map((text) => new TextEncoder().encode(text)),
});
const whole = (value: number): OnnxAttribute => ({ kind: 'integer', value });

test('what the engine does not compute is refused by name', () => {
  const refused: [what: RegExp, name: string, change: Parameters<typeof imported>[1]][] = [
    [/LSTM node "lstm".*peephole.*\(input P\)/, 'lstm', { inputs: (given) => [...given, 'P'] }],
    [/\(input_forget\)/, 'lstm', { attributes: { input_forget: whole(1) } }],
    [/\(clip\)/, 'lstm', { attributes: { clip: { kind: 'float', value: 5 } } }],
    [
      /activations are hardsigmoid, tanh, tanh, not sigmoid, tanh, tanh/,
      'lstm',
      { attributes: { activations: texts('HardSigmoid', 'Tanh', 'Tanh') } },
    ],
    [/activations are relu, tanh, not tanh or relu/, 'rnnBoth', { attributes: { activations: texts('Relu', 'Tanh') } }],
    [/activations are sigmoid, tanh, not/, 'gruBoth', { attributes: { activations: texts('Sigmoid', 'Tanh') } }],
    [/GRU node.*reset gate.*\(linear_before_reset is 0\)/, 'gru', { attributes: { linear_before_reset: whole(0) } }],
    [/direction is "reverse"/, 'rnn', { attributes: { direction: bytes('reverse') } }],
    [/layout is 2/, 'rnn', { attributes: { layout: whole(2) } }],
    [/weights W are not constants/, 'rnn', { inputs: ([x, , ...rest]) => [x, 'computed', ...rest] }],
    [/weights R are not constants/, 'rnn', { inputs: ([x, w]) => [x, w] }],
  ];
  for (const [what, name, change] of refused) {
    assert.throws(
      () => imported(name, change),
      (error) => UserError.is(error, 'onnx.unsupported') && what.test(error.message) && Boolean(error.remedy),
      String(what),
    );
  }
  assert.equal(imported('rnn', { attributes: { activations: texts('TANH') } }).cell, 'rnnTanh');
  assert.equal(imported('lstm', { attributes: { layout: whole(1) } }).isBatchFirst, true);
  assert.equal(imported('lstm', { attributes: { input_forget: whole(0) } }).cell, 'lstm');
});

const isBroken =
  (what: RegExp) =>
  (error: unknown): boolean =>
    UserError.is(error, 'onnx.broken') && what.test(error.message);

test('weights that contradict each other are a broken file', () => {
  assert.throws(
    () => imported('lstm', { attributes: { hidden_size: whole(7) } }),
    isBroken(/hidden_size 7.*weights 5/),
  );
  assert.throws(
    () => imported('lstm', { attributes: { direction: bytes('bidirectional') } }),
    isBroken(/"W" is \[1, 20, 3\], not \[2, 20, 3\]/),
  );
  assert.throws(() => imported('lstm', { inputs: ([x, w, , b]) => [x, w, w, b] }), isBroken(/"W" is/));
  assert.throws(
    () => imported('lstm', { inputs: ([x, w, r]) => [x, w, r, r] }),
    isBroken(/"R" is \[1, 20, 5\], not \[1, 40\]/),
  );
});

// A writer of hostile files.
function varint(value: number | bigint): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return [...out, Number(rest)];
}
const integer = (field: number, value: number | bigint): number[] => [...varint(field << 3), ...varint(value)];
const part = (field: number, content: readonly number[] | string): number[] => {
  const data = typeof content === 'string' ? [...new TextEncoder().encode(content)] : content;
  return [...varint((field << 3) | 2), ...varint(data.length), ...data];
};
const model = (...graph: number[][]): Uint8Array => Uint8Array.from(part(7, graph.flat()));
const node = (...fields: number[][]): number[] => part(1, [...part(4, 'RNN'), ...fields.flat()]);
const one = [0, 0, 0x80, 0x3f];

test('bytes that are no ONNX file are refused with what is wrong', () => {
  const broken: [RegExp, Uint8Array][] = [
    [/no graph/, new Uint8Array(0)],
    [/two graphs/, Uint8Array.from([...model(), ...model()])],
    [/200 bytes where 0 are left/, Uint8Array.from([...varint((7 << 3) | 2), ...varint(200)])],
    [/4611686018427388000 bytes|out of range/, Uint8Array.from([...varint((7 << 3) | 2), ...varint(1n << 62n)])],
    [/ends inside a number/, Uint8Array.from([0x3a, 0x80])],
    [/more than 64 bits/, Uint8Array.from([0x3a, ...Array(10).fill(0xff), 1])],
    [/unknown type 3/, Uint8Array.from([(7 << 3) | 3])],
    [/unknown type 7/, Uint8Array.from([(7 << 3) | 7])],
    [/without a valid number/, Uint8Array.from([0x02, 0])],
    [/another type/, Uint8Array.from(integer(7, 1))],
    [/no operator/, model(part(1, part(1, 'x')))],
    [/not UTF-8/, model(node(part(1, [0xff, 0xfe])))],
    [/5000 bytes, more than 4096/, model(node(part(1, 'x'.repeat(5000))))],
    [/two attributes "clip"/, model(node(part(5, part(1, 'clip')), part(5, part(1, 'clip'))))],
    [/"w" has no value/, model(node(part(5, [...part(1, 'w'), ...integer(20, 4)])))],
    [/number .* out of range/, model(node(part(5, [...part(1, 'i'), ...integer(20, 2), ...integer(3, 1n << 60n)])))],
    [/called "w"/, model(part(5, part(8, 'w')), part(5, part(8, 'w')))],
    [/has no name/, model(part(5, integer(1, 2)))],
    [/negative size/, model(part(5, [...part(8, 'w'), ...integer(1, -1)]))],
    [/more than 16/, model(part(5, [...part(8, 'w'), ...part(1, Array(17).fill(1))]))],
    [/more than 16/, model(part(5, [...part(8, 'w'), ...Array(17).fill(integer(1, 1)).flat()]))],
    [/inside a float/, model(part(5, [...part(8, 'w'), ...part(4, [1, 2, 3])]))],
    [
      /more than 1000000 parts/,
      Uint8Array.from(
        part(
          7,
          Array(600_000)
            .fill(part(1, part(4, 'A')))
            .flat(),
        ),
      ),
    ],
  ];
  for (const [what, file] of broken) assert.throws(() => readOnnxModel(file), isBroken(what), String(what));
});

test('values of a tensor are copied only where the file holds them', () => {
  const read = (...fields: number[][]): NamedTensor => readOnnxTensor(Uint8Array.from(fields.flat())).read();
  const float = [...integer(2, 1), ...part(8, 'w')];
  assert.throws(
    () => read(float, integer(1, 2 ** 40), part(9, one)),
    isBroken(/"w" of shape \[1099511627776\] has 4 bytes/),
  );
  assert.throws(
    () =>
      read(
        float,
        part(
          1,
          Array(8)
            .fill(varint(2 ** 40))
            .flat(),
        ),
        part(9, one),
      ),
    isBroken(/has 4 bytes/),
  );
  assert.throws(() => read(float, integer(1, 2), part(9, one)), isBroken(/has 4 bytes, not 8/));
  const refused = (what: RegExp) => (error: unknown) =>
    UserError.is(error, 'onnx.unsupported') && what.test(error.message);
  assert.throws(() => read(part(8, 'w'), integer(2, 7), part(9, one)), refused(/"w" has the type int64/));
  assert.throws(() => read(part(8, 'w'), integer(2, 99), part(9, one)), refused(/type 99/));
  assert.throws(() => read(float, part(13, part(1, 'location'))), refused(/another file/));
  assert.throws(() => read(float, integer(14, 1)), refused(/another file/));
  // Packed, one by one, raw, and a scalar.
  const separate = [(4 << 3) | 5, ...one];
  for (const values of [part(4, [...one, ...one]), [...separate, ...separate], part(9, [...one, ...one])])
    assert.deepEqual([...read(float, integer(1, 2), values).data], [1, 1]);
  assert.deepEqual(read(float, part(9, one)), { name: 'w', shape: [], data: Float32Array.of(1) });
});

test('any file cut short or with bytes changed is read or refused, and never a fault of another kind', () => {
  const whole = fileOf('torchLstm');
  const attempt = (file: Uint8Array): void => {
    try {
      recurrentLayersOf(file);
    } catch (error) {
      if (!UserError.is(error) || !/^onnx\.(broken|unsupported)$/.test(error.code)) throw error;
    }
  };
  for (let end = 0; end < whole.length; end += 7) attempt(whole.subarray(0, end));
  for (let at = 0; at < whole.length; at += 3) {
    for (const value of [0, 0x7f, 0x80, 0xff]) {
      const changed = whole.slice();
      changed[at] = value;
      attempt(changed);
    }
  }
});
