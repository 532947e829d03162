// Files that Keras and h5py wrote (test/golden/weights/generateKeras.py): numbers of every layout, and models' answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planImport } from '../../../extension/engine/io/layout/planImport.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertClose, decodeGolden, goldenBytes, goldenJson, logitsOf, softmax, tensorNamed } from './support.ts';

const ANSWERS = goldenJson<{ ids: number[][]; outputs: Record<string, number[][]> }>('keras-models.json');

const MODELS: [file: string, model: string, choices?: Parameters<typeof planImport>[1]][] = [
  ['keras-lstm.keras', 'lstm'],
  ['keras-lstm.h5', 'lstm'],
  ['keras-lstm.weights.h5', 'lstm'],
  ['keras-gru.keras', 'gru'],
  ['keras-gru.h5', 'gru'],
  ['keras-gru.weights.h5', 'gru'],
  ['keras-rnn.keras', 'rnn'],
  ['keras-plain.keras', 'plain'],
  ['keras-cudnnLstm.h5', 'cudnnLstm'],
  ['keras-attention.keras', 'attention'],
  ['keras-attention.h5', 'attention'],
  ['keras-attention.weights.h5', 'attention'],
  ['keras-cudnnGru.h5', 'cudnnGru'],
];

for (const [file, model, choices] of MODELS) {
  test(`the model in ${file} answers as Keras does`, () => {
    const plan = planImport(decodeGolden(file), choices);
    for (const [row, logits] of logitsOf(plan, ANSWERS.ids).entries()) {
      assertClose(model === 'lstm' ? softmax(logits) : logits, ANSWERS.outputs[model][row], 1e-6);
    }
  });
}

test('a config tells pooling and activations, and weights alone say what is assumed', () => {
  const rnn = planImport(decodeGolden('keras-rnn.keras')).model;
  assert.equal(rnn.pooling, 'mean');
  assert.equal(rnn.encoder.type === 'rnn' && rnn.encoder.nonlinearity, 'relu');
  assert.match(planImport(decodeGolden('keras-lstm.weights.h5')).notes.join('\n'), /does not say/);
});

function problemsOf(file: string): string[] {
  const { problems, reservations } = planImport(decodeGolden(file));
  return [...problems, ...reservations];
}

test('what computes otherwise or does not fit is said with the layer or tensor', () => {
  assert.match(problemsOf('keras-resetBefore.keras').join('\n'), /"gru_1" has reset_after false/);
  assert.match(problemsOf('keras-hard.keras').join('\n'), /"lstm_1?" has recurrent_activation "hard_sigmoid"/);
  assert.match(
    problemsOf('keras-unequal.keras').join('\n'),
    /"layers\/lstm_1\/cell\/vars\/1" would be \[12, 3\], where the layers need \[16, 4\]/,
  );
  assert.match(problemsOf('keras-hidden.h5').join('\n'), /There are 2 dense layers/);
});

test('HDF5 data of every layout and type is what h5py wrote', () => {
  const { tensors, notes } = decodeGolden('keras-layouts.h5');
  const values = new Float32Array(new Uint8Array(goldenBytes('layouts.f32')).buffer);
  for (const name of ['contiguous', 'chunked', 'packed', 'summedFirst']) {
    assert.deepEqual(tensorNamed(tensors, name), { name, shape: [37, 11], data: values });
  }
  for (const name of ['double', 'bigEndian']) assert.deepEqual(tensorNamed(tensors, name).data, values.subarray(0, 33));
  assertClose([...tensorNamed(tensors, 'half').data], [...values.subarray(0, 33)], 2e-3);
  assert.deepEqual([...tensorNamed(tensors, 'integers').data], [-3, -2, -1, 0, 1, 2]);
  assert.deepEqual(tensorNamed(tensors, 'scalar'), { name: 'scalar', shape: [], data: Float32Array.of(2.5) });
  assert.deepEqual([...tensorNamed(tensors, 'never').data], [0, 0, 0, 0]);
  for (let index = 0; index < 100; index++) {
    assert.deepEqual([...tensorNamed(tensors, `many/tensor${String(index).padStart(3, '0')}`).data], [index]);
  }
  assert.ok(notes.includes('"text" holds no numbers and was left out.'));
});

test('newer HDF5 forms are read where they are simple and refused where they are not', () => {
  assert.deepEqual(tensorNamed(decodeGolden('keras-newest.h5').tensors, 'group/values').shape, [2, 11]);
  assert.throws(
    () => decodeGolden('keras-dense.h5'),
    (error) => UserError.is(error, 'weights.unsupported') && /libver/.test(error.remedy ?? ''),
  );
});

test('NumPy archives are what NumPy wrote, and pickled objects are refused', () => {
  const values = new Float32Array(new Uint8Array(goldenBytes('layouts.f32')).buffer);
  const { tensors, notes } = decodeGolden('numpy.npz');
  assert.deepEqual(tensorNamed(tensors, 'values'), { name: 'values', shape: [37, 11], data: values });
  assert.deepEqual(tensorNamed(tensors, 'fortran'), { name: 'fortran', shape: [4, 11], data: values.slice(0, 44) });
  assert.deepEqual(tensorNamed(tensors, 'big').data, values.slice(0, 11));
  assert.deepEqual(tensorNamed(tensors, 'layer/kernel').shape, [2, 11]);
  assert.equal(notes.length, 2);
  assert.deepEqual(decodeGolden('numpy-packed.npz').tensors, [{ name: 'values', shape: [37, 11], data: values }]);
  assert.throws(
    () => decodeGolden('numpy-objects.npz'),
    (error) => UserError.is(error, 'weights.unsupported'),
  );
});
