// Files made to harm: bombs, circles, lies about sizes. Each must be refused, fast, and without the memory that it claims.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { Allowance } from '../../../extension/engine/io/allowance.ts';
import { encodeOnnx } from '../../../extension/engine/io/export/onnxWriter.ts';
import { encodeTorch } from '../../../extension/engine/io/export/torchWriter.ts';
import { readKerasArchive } from '../../../extension/engine/io/keras/kerasArchive.ts';
import { ZipArchive } from '../../../extension/engine/io/zip.ts';
import { writeZip } from '../../../extension/engine/io/zipWriter.ts';
import { NODE_READER_TOOLS } from '../../../extension/node/readWeights.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { decode, goldenBytes } from './support.ts';

/** Refused with this code, within a second and eight megabytes. */
function refuses(bytes: Uint8Array, code: string): void {
  const [memoryBefore, startedAt] = [process.memoryUsage().arrayBuffers, performance.now()];
  assert.throws(
    () => decode(bytes),
    (error) => UserError.is(error, code) && error.remedy !== undefined,
  );
  assert.ok(performance.now() - startedAt < 1000);
  assert.ok(process.memoryUsage().arrayBuffers - memoryBefore < 8 << 20);
}

function npy(shape: string, dataBytes: number): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117);
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  return Buffer.concat([start, Buffer.from(`${header}\n`), Buffer.alloc(dataBytes)]);
}

/** A zip archive whose only entry is deflated; it says that `size` bytes come out. */
function deflated(name: string, content: Uint8Array, size = content.length): Uint8Array {
  const packed = deflateRawSync(content, { level: 9 });
  const zip = Buffer.from(writeZip([{ name, bytes: packed }]));
  const central = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  for (const at of [8, central + 10]) zip.writeUInt16LE(8, at);
  for (const at of [22, central + 24]) zip.writeUInt32LE(size, at);
  return zip;
}

test('a zip bomb is refused by what it says, and by what it does not say', () => {
  const bomb = npy('25000000', 100_000_000);
  refuses(deflated('w.npy', bomb), 'weights.tooLarge');
  refuses(deflated('w.npy', bomb, 1000), 'weights.malformed');
});

test('a small honest archive is read', () => {
  const [{ shape, data }] = decode(deflated('w.npy', npy('3', 12))).tensors;
  assert.deepEqual([shape, [...data]], [[3], [0, 0, 0]]);
});

test('an archive with two parts of one name, or of none of the libraries, is refused', () => {
  const part = { name: 'w.npy', bytes: npy('1', 4) };
  refuses(writeZip([part, part]), 'weights.malformed');
  refuses(writeZip([{ name: 'x.txt', bytes: new Uint8Array(3) }]), 'weights.unsupported');
});

/** A .pt file whose pickle has `from` replaced by `to`, of the same length. */
function altered(from: number[], to: number[]): Uint8Array {
  const bytes = Buffer.from(encodeTorch([{ name: 'w', shape: [2, 3], data: new Float32Array(6) }]));
  const at = bytes.indexOf(Buffer.from(from));
  assert.ok(at > 0);
  Buffer.from(to).copy(bytes, at);
  return bytes;
}

const int32 = (value: number): number[] => [...Buffer.from(Int32Array.of(value).buffer)];
const tuple = (...values: number[]): number[] => [0x28, ...values.flatMap((value) => [0x4a, ...int32(value)]), 0x74];

test('a tensor that is spread over one number, or reaches beyond its storage, is refused', () => {
  const layout = [...tuple(2, 3), ...tuple(3, 1)];
  refuses(altered(layout, [...tuple(30_000, 30_000), ...tuple(0, 0)]), 'weights.tooLarge');
  refuses(altered(layout, [...tuple(2, 3), ...tuple(4, 1)]), 'weights.malformed');
  refuses(altered(layout, [...tuple(2, 3), ...tuple(-3, 1)]), 'weights.malformed');
  refuses(altered(layout, [...tuple(2 ** 31 - 1, 2 ** 31 - 1), ...tuple(0, 0)]), 'weights.malformed');
});

test('a storage that claims more than there is, is refused', () => {
  refuses(altered([0x4a, ...int32(6)], [0x4a, ...int32(7)]), 'weights.malformed');
});

test('lists of lists of lists end', () => {
  // Each level holds the one before ten times: 10^300 items to whoever walks them all.
  const level = [0x28, ...new Array<number>(10).fill(0x68).flatMap((get) => [get, 0]), 0x6c, 0x71, 0];
  const pickle = [0x80, 2, 0x5d, 0x71, 0, ...new Array<number[]>(300).fill(level).flat(), 0x2e];
  refuses(writeZip([{ name: 'archive/data.pkl', bytes: Uint8Array.from(pickle) }]), 'weights.unsupported');
});

test('groups of HDF5 that lead in a circle end', () => {
  const bytes = Buffer.from(goldenBytes('keras-cudnnLstm.h5'));
  // Each object header address of a symbol node becomes the root's: groups that contain themselves.
  const root = bytes.readBigUInt64LE(64);
  let nodes = 0;
  for (let at = bytes.indexOf('SNOD'); at >= 0; at = bytes.indexOf('SNOD', at + 1), nodes++) {
    for (let entry = 0; entry < bytes.readUInt16LE(at + 6); entry++) bytes.writeBigUInt64LE(root, at + 16 + 40 * entry);
  }
  assert.ok(nodes > 3);
  refuses(bytes, 'weights.unsupported');
});

test('nodes of an ONNX graph that all read one large tensor do not multiply it', () => {
  const node = { op: 'LSTM', inputs: ['x', 'w', 'r'], outputs: [] };
  const [w, r] = [4 * 65_536, 4].map((count) => new Float32Array(count));
  const floats = new Map([
    ['w', { shape: [1, 4, 65_536], data: w }],
    ['r', { shape: [1, 4, 1], data: r }],
  ]);
  const nothing = { inputs: [], outputs: [], integers: new Map(), metadata: {} };
  const nodes = new Array<typeof node>(40).fill(node);
  refuses(encodeOnnx({ name: 'graph', nodes, floats, ...nothing }), 'weights.tooLarge');
  assert.equal(decode(encodeOnnx({ name: 'graph', nodes: [node], floats, ...nothing })).tensors.length, 4);
});

test('the weights within a Keras archive have no allowance beyond the archive’s', () => {
  const bytes = goldenBytes('keras-lstm.keras');
  const allowance = new Allowance(bytes.length);
  const zip = new ZipArchive(bytes, NODE_READER_TOOLS, allowance);
  allowance.take(allowance.left - 512);
  assert.throws(
    () => readKerasArchive(zip, NODE_READER_TOOLS, allowance),
    (error) => UserError.is(error, 'weights.tooLarge'),
  );
});

test('what people take for weights is named', () => {
  const cases: [string, RegExp][] = [
    ['version https://git-lfs/spec/v1\noid sha256:0\n', /git lfs pull/],
    ['<!DOCTYPE html><html>', /not the page/],
    ['\x1f\x8b\x08\x00', /Unpack it/],
  ];
  for (const [text, remedy] of cases) {
    assert.throws(
      () => decode(Buffer.from(text, 'latin1')),
      (error) => UserError.is(error, 'weights.unsupported') && remedy.test(error.remedy ?? ''),
    );
  }
});
