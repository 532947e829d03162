// The safetensors format: 8 bytes header length (little-endian), a JSON header, then the tensors' bytes without gaps.
// https://huggingface.co/docs/safetensors. Numbers become float32; F32 and U16 are written. Bytes that come from a file are hostile: every number
// is checked.
import { UserError } from '../../util/userError.ts';
import type { NamedTensor } from '../types.ts';
import { Allowance } from './allowance.ts';
import { conversionNote, ELEMENT_BYTES, type ElementType, readElements } from './elements.ts';
import { isRecord, parseJson } from './parseJson.ts';

/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_RANK = 16;
const LENGTH_BYTES = 8;
const METADATA_KEY = '__metadata__';

/** A tensor to write: float32, or numbers of 16 bits. */
export type EncodableTensor = Omit<NamedTensor, 'data'> & { data: Float32Array | Uint16Array };

const ELEMENT_TYPES = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
  I16: 'int16',
  U16: 'uint16',
  I32: 'int32',
  U32: 'uint32',
  I64: 'int64',
  U64: 'uint64',
} as const satisfies Record<string, ElementType>;
type Dtype = keyof typeof ELEMENT_TYPES;

interface HeaderEntry {
  dtype: Dtype;
  shape: number[];
  data_offsets: [number, number];
}

/** What a file holds, in the order of its bytes. */
export interface SafetensorsContent {
  tensors: NamedTensor[];
  metadata: Record<string, string>;
  /** What was converted to float32, one sentence a type. */
  notes: string[];
}

/** Bytes of a file with these tensors in this order; the data starts at a multiple of 8 bytes. */
export function encodeSafetensors(
  tensors: readonly EncodableTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata]] : [];
  let end = 0;
  for (const { name, shape, data } of tensors) {
    const start = end;
    end += data.byteLength;
    const dtype = data instanceof Uint16Array ? 'U16' : 'F32';
    entries.push([name, { dtype, shape, data_offsets: [start, end] } satisfies HeaderEntry]);
  }
  if (new Set(entries.map(([name]) => name)).size < entries.length) throw new Error('Two tensors have the same name');
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(header.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Reads a file. Throws UserError `safetensors.*` for anything that is not a whole, consistent file. The tensors are copies. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const headerLength = readHeaderLength(bytes);
  const allowance = new Allowance(bytes.length);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + headerLength), allowance);
  const dataStart = LENGTH_BYTES + headerLength;
  const { [METADATA_KEY]: rawMetadata, ...rest } = header;
  const entries = Object.entries(rest)
    .map(([name, value]) => ({ name, entry: checkEntry(name, value) }))
    .sort(
      (a, b) => a.entry.data_offsets[0] - b.entry.data_offsets[0] || a.entry.data_offsets[1] - b.entry.data_offsets[1],
    );
  checkCoverage(entries, bytes.length - dataStart);
  const tensors = entries.map(({ name, entry }): NamedTensor => {
    const [start, end] = entry.data_offsets;
    const type = ELEMENT_TYPES[entry.dtype];
    const count = (end - start) / ELEMENT_BYTES[type];
    allowance.take(count * 4);
    const data = readElements({ bytes: bytes.subarray(dataStart + start, dataStart + end), type }, count);
    return { name, shape: entry.shape, data };
  });
  const notes = (Object.keys(ELEMENT_TYPES) as Dtype[]).flatMap((dtype) => {
    const names = entries.filter(({ entry }) => entry.dtype === dtype).map(({ name }) => name);
    return conversionNote(names, ELEMENT_TYPES[dtype]) ?? [];
  });
  return { tensors, metadata: checkMetadata(rawMetadata), notes };
}

function broken(code: string, message: string): UserError {
  return new UserError({
    code: `safetensors.${code}`,
    message: `The safetensors file cannot be read: ${message}.`,
    remedy: 'Copy or export the file again.',
  });
}

function readHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) throw broken('truncated', 'it is shorter than its header');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) throw broken('headerTooLarge', `its header claims ${length} bytes`);
  if (length > BigInt(bytes.length - LENGTH_BYTES)) throw broken('truncated', 'it ends inside its header');
  return Number(length);
}

function parseHeader(bytes: Uint8Array, allowance: Allowance): Record<string, unknown> {
  let header: unknown;
  try {
    header = parseJson(bytes, allowance);
  } catch (cause) {
    if (UserError.is(cause, 'weights.tooLarge')) throw cause;
    throw new UserError({
      code: 'safetensors.badHeader',
      message: 'The safetensors file cannot be read: its header is not JSON.',
      remedy: 'Check that it is a safetensors file.',
      cause,
    });
  }
  if (!isRecord(header)) throw broken('badHeader', 'its header is not an object');
  return header;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The entry of one tensor, when its dtype, shape and offsets are possible and agree. */
function checkEntry(name: string, value: unknown): HeaderEntry {
  if (!isRecord(value)) throw broken('badHeader', `the entry of "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_TYPES, dtype)) {
    throw new UserError({
      code: 'safetensors.dtype',
      message: `The tensor "${name}" has the type ${JSON.stringify(dtype)?.slice(0, 40)}, which cannot be read.`,
      remedy: 'Save it as float32.',
    });
  }
  const width = ELEMENT_BYTES[ELEMENT_TYPES[dtype as Dtype]];
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isCount)) {
    throw broken('badShape', `the shape of "${name}" is not a list of at most ${MAX_RANK} sizes`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw broken('badOffsets', `the offsets of "${name}" are not two positions`);
  }
  const [start, end] = offsets as [number, number];
  const elements = (shape as number[]).reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements) || end - start !== elements * width) {
    throw broken('badShape', `the shape of "${name}" does not go with its ${end - start} bytes`);
  }
  return { dtype: dtype as Dtype, shape: shape as number[], data_offsets: [start, end] };
}

/** Tensors in order of their bytes must cover the data exactly: no overlap, no gap, nothing beyond the end. */
function checkCoverage(entries: readonly { name: string; entry: HeaderEntry }[], dataLength: number): void {
  let covered = 0;
  for (const { name, entry } of entries) {
    const [start, end] = entry.data_offsets;
    if (start < covered) throw broken('overlap', `"${name}" overlaps the tensor before it`);
    if (start > covered) throw broken('gap', `there are unused bytes before "${name}"`);
    if (end > dataLength) throw broken('truncated', `"${name}" reaches beyond the end`);
    covered = end;
  }
  if (covered !== dataLength) throw broken('gap', `${dataLength - covered} bytes at the end belong to no tensor`);
}

function checkMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw broken('badHeader', 'its metadata is not an object of texts');
  }
  return value as Record<string, string>;
}
