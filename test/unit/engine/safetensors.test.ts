import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeSafetensors, encodeSafetensors } from '../../../extension/engine/io/safetensors.ts';
import { UserError } from '../../../extension/util/userError.ts';

const TENSORS = [
  {
    name: 'embedding.weight',
    shape: [2, 3],
    data: Float32Array.of(1, -2, 3.5, 0, Number.NaN, Number.POSITIVE_INFINITY),
  },
  { name: 'ünï "quoted"', shape: [1], data: Float32Array.of(1e-45) },
  { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
  { name: 'scalar', shape: [], data: Float32Array.of(7) },
];

/** A file with any header and `dataLength` zero bytes behind it. */
function fileOf(header: unknown, dataLength: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32'): object => ({
  dtype,
  shape,
  data_offsets: offsets,
});

test('what is written is read back, bit for bit', () => {
  const bytes = encodeSafetensors(TENSORS, { format: 'pt', note: 'é' });
  const { tensors, metadata } = decodeSafetensors(bytes);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  assert.equal(tensors.length, TENSORS.length);
  for (const tensor of TENSORS) assert.deepEqual(byName.get(tensor.name), tensor);
  assert.deepEqual(metadata, { format: 'pt', note: 'é' });
});

test('the data starts at a multiple of 8 bytes, whatever the length of a name', () => {
  for (let length = 1; length <= 9; length++) {
    const bytes = encodeSafetensors([{ name: 'n'.repeat(length), shape: [1], data: Float32Array.of(1) }]);
    assert.equal((bytes.length - 4) % 8, 0);
  }
});

test('a file of the Python library is read, and written again byte for byte', () => {
  const bytes = readFileSync(new URL('../../golden/vectors/torch-clip.safetensors', import.meta.url));
  const { tensors, metadata } = decodeSafetensors(bytes);
  assert.deepEqual(tensors.find(({ name }) => name === 'case0.1.gradient')?.shape, [9]);
  assert.ok(tensors.every(({ data }) => data.every(Number.isFinite)));
  assert.deepEqual(Buffer.from(encodeSafetensors(tensors, metadata)), bytes);
});

test('a file at an odd address of a larger buffer is read', () => {
  const bytes = encodeSafetensors(TENSORS);
  const shifted = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
  assert.deepEqual(decodeSafetensors(shifted).tensors.length, 4);
});

test('two tensors of one name are a bug of the writer', () => {
  assert.throws(() => encodeSafetensors([TENSORS[0], TENSORS[0]]), /same name/);
});

const hostile: [string, Uint8Array, string][] = [
  ['nothing', new Uint8Array(0), 'truncated'],
  ['seven bytes', new Uint8Array(7), 'truncated'],
  ['a header beyond the end', Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 1), 'truncated'],
  ['a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128), 'headerTooLarge'],
  ['a header of 2^32 + 2 bytes', Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0, 123, 125), 'headerTooLarge'],
  ['a header that is not JSON', fileOf('{"a":', 0), 'badHeader'],
  ['a header that is not UTF-8', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), 'badHeader'],
  ['a header that is a list', fileOf([1], 0), 'badHeader'],
  ['a header nested 10,000 deep', fileOf('['.repeat(10_000), 0), 'badHeader'],
  ['an entry that is a number', fileOf({ a: 1 }, 0), 'badHeader'],
  ['metadata that is not text', fileOf({ __metadata__: { a: 1 } }, 0), 'badHeader'],
  ['an unknown dtype', fileOf({ a: entry([1], [0, 4], 'F33') }, 4), 'dtype'],
  ['a dtype that is an object', fileOf({ a: entry([1], [0, 4], {}) }, 4), 'dtype'],
  ['half precision in the bytes of single', fileOf({ a: entry([2], [0, 8], 'F16') }, 8), 'badShape'],
  ['a negative size', fileOf({ a: entry([-1], [0, 4]) }, 4), 'badShape'],
  ['a fractional size', fileOf({ a: entry([0.5, 2], [0, 4]) }, 4), 'badShape'],
  ['a size that overflows', fileOf({ a: entry([2 ** 50, 2 ** 50], [0, 4]) }, 4), 'badShape'],
  ['a rank of 1,000', fileOf({ a: entry(new Array(1000).fill(1), [0, 4]) }, 4), 'badShape'],
  ['a shape that does not fit its bytes', fileOf({ a: entry([2], [0, 4]) }, 4), 'badShape'],
  ['offsets the wrong way round', fileOf({ a: entry([1], [4, 0]) }, 4), 'badShape'],
  ['offsets that are texts', fileOf({ a: entry([1], ['0', '4']) }, 4), 'badOffsets'],
  ['negative offsets', fileOf({ a: entry([1], [-4, 0]) }, 4), 'badOffsets'],
  ['overlapping tensors', fileOf({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), 'overlap'],
  ['a gap between tensors', fileOf({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), 'gap'],
  ['bytes that belong to no tensor', fileOf({ a: entry([1], [0, 4]) }, 5), 'gap'],
  ['a tensor beyond the end', fileOf({ a: entry([2], [0, 8]) }, 4), 'truncated'],
];

for (const [what, bytes, code] of hostile) {
  test(`refused with a reason: ${what}`, () => {
    assert.throws(
      () => decodeSafetensors(bytes),
      (error) => UserError.is(error, `safetensors.${code}`),
    );
  });
}

test('a file cut off anywhere is refused', () => {
  const bytes = encodeSafetensors(TENSORS, { format: 'pt' });
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeSafetensors(bytes.subarray(0, length)), UserError, `${length} bytes`);
  }
});

test('a tensor called __proto__ is just a tensor', () => {
  const bytes = encodeSafetensors([{ name: '__proto__', shape: [1], data: Float32Array.of(3) }]);
  assert.deepEqual(decodeSafetensors(bytes).tensors, [{ name: '__proto__', shape: [1], data: Float32Array.of(3) }]);
});
