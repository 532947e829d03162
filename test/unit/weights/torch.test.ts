// Files that PyTorch wrote (test/golden/weights/generateTorch.py): values bit for bit, models' answers, and pickles that are no weights.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planImport } from '../../../extension/engine/io/layout/planImport.ts';
import { decodeSafetensors } from '../../../extension/engine/io/safetensors.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertClose, decode, decodeGolden, goldenBytes, goldenJson, logitsOf, tensorNamed } from './support.ts';

const ANSWERS = goldenJson<{ ids: number[][]; logits: Record<string, number[][]> }>('torch-models.json');

for (const name of ['lstm', 'gru', 'rnn', 'noBias', 'attentive', 'strides']) {
  for (const form of ['', '-legacy']) {
    test(`torch-${name}${form}.pt holds what PyTorch has`, () => {
      const { tensors } = decodeGolden(`torch-${name}${form}.pt`);
      const expected = decodeSafetensors(goldenBytes(`torch-${name}.safetensors`)).tensors;
      assert.equal(tensors.length, expected.length);
      for (const tensor of expected) assert.deepEqual(tensorNamed(tensors, tensor.name), tensor);
    });
  }
}

for (const [name, expected] of Object.entries(ANSWERS.logits)) {
  for (const form of ['.pt', '-legacy.pt', '.safetensors', '.onnx']) {
    test(`the model in torch-${name}${form} answers as PyTorch does`, () => {
      const plan = planImport(decodeGolden(`torch-${name}${form}`));
      for (const [row, logits] of logitsOf(plan, ANSWERS.ids).entries()) assertClose(logits, expected[row], 1e-6);
    });
  }
}

test('tied tensors stay one array, and other types are said', () => {
  const { tensors, notes } = decodeGolden('torch-strides.pt');
  assert.equal(tensorNamed(tensors, 'base').data, tensorNamed(tensors, 'tied').data);
  assert.ok(notes.includes('"half" is float16 in the file and read as float32.'));
  assert.ok(notes.includes('"double" is float64 in the file and read as float32, rounded.'));
});

test('of a checkpoint the weights are read, and what was left out is said', () => {
  const { tensors, notes } = decodeGolden('torch-checkpoint.pt');
  const expected = decodeSafetensors(goldenBytes('torch-checkpoint.safetensors')).tensors;
  assert.equal(tensors.length, expected.length);
  for (const tensor of expected) assert.deepEqual(tensorNamed(tensors, tensor.name), tensor);
  assert.ok(notes.includes('"optimizer_state_dict" holds no weights and was left out.'));
});

const refuses = (bytes: Uint8Array, code: string, words: RegExp): void =>
  assert.throws(
    () => decode(bytes),
    (error) => UserError.is(error, code) && words.test(error.message) && error.remedy !== undefined,
  );

test('a whole model and a pickle of NumPy are refused by the name of what would run', () => {
  refuses(goldenBytes('torch-wholeModel.pt'), 'weights.refusedGlobal', /torch\.nn\.modules\.linear\.Linear/);
  refuses(goldenBytes('torch-numpyPickle.pkl'), 'weights.refusedGlobal', /numpy\._core\.multiarray\._reconstruct/);
});

/** A pickle of protocol 2 with these operations. */
const pickle = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat([
    Uint8Array.of(0x80, 2),
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Uint8Array.from(part))),
  ]);

test('calls to the system are refused, however they are named', () => {
  refuses(pickle('cposix\nsystem\n', 'X\x02\x00\x00\x00ls', [0x85], 'R.'), 'weights.refusedGlobal', /posix\.system/);
  refuses(pickle('cbuiltins\neval\n', 'X\x01\x00\x00\x001', [0x85], 'R.'), 'weights.refusedGlobal', /builtins\.eval/);
  refuses(pickle([0x8c, 2], 'os', [0x8c, 6], 'system', [0x93], '.'), 'weights.refusedGlobal', /os\.system/);
  refuses(pickle('ctorch.storage\n_load_from_bytes\n.'), 'weights.refusedGlobal', /torch\.storage\._load_from_bytes/);
  refuses(pickle('ctorch\nload\n.'), 'weights.refusedGlobal', /torch\.load/);
});

test('operations that call without a global, and unknown ones, end the reading', () => {
  // INST, OBJ and EXT1 make objects by other ways.
  for (const operation of ['(ios\nsystem\n.', '(o.', '\x82\x01.']) {
    assert.throws(() => decode(pickle(operation)), UserError);
  }
});

test('a small pickle cannot claim much memory', () => {
  const times = (operation: string): Uint8Array => pickle(operation.repeat(3_000_000), '.');
  for (const operation of ['}', ']', ')', 'N', '(']) {
    assert.throws(
      () => decode(times(operation)),
      (error) => UserError.is(error, 'weights.tooLarge'),
      operation,
    );
  }
});

test('a safetensors file whose header has any length is none of a pickle', () => {
  // 0x80, with which a pickle begins, is the lowest byte of each 32nd length.
  for (let padding = 0; padding < 256; padding += 8) {
    const header = `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`.padEnd(56 + padding, ' ');
    const bytes = new Uint8Array(8 + header.length + 4);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    new DataView(bytes.buffer).setFloat32(8 + header.length, 1.5, true);
    const { format, tensors } = decode(bytes);
    assert.equal(format, 'safetensors');
    assert.deepEqual([...tensors[0].data], [1.5]);
  }
});
