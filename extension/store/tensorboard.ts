// TensorBoard event files: TFRecord framing (length, masked CRC-32C, bytes, masked CRC-32C) around Event messages.
// Formats: tensorflow/core/lib/io/record_writer.h, core/util/event.proto and framework/summary.proto.

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** CRC-32C (Castagnoli), unsigned. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(16 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return out;
}

/** Protocol Buffers wire types that event files need. */
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

const tag = (field: number, wireType: number): number[] => varint(field * 8 + wireType);

function fixed(value: number, size: 4 | 8): Uint8Array {
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  if (size === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return out;
}

function lengthDelimited(field: number, bytes: Uint8Array): number[] {
  return [...tag(field, BYTES), ...varint(bytes.length), ...bytes];
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The first record of every event file. `wallTimeS` is seconds since 1970. */
export function fileVersionRecord(wallTimeS: number): Uint8Array {
  const event = [...tag(1, FIXED64), ...fixed(wallTimeS, 8), ...lengthDelimited(3, utf8('brain.Event:2'))];
  return record(Uint8Array.from(event));
}

/** One record with scalars of one step, e.g. `{ 'loss/train': 0.7 }`. */
export function scalarsRecord(wallTimeS: number, step: number, scalars: Record<string, number>): Uint8Array {
  const values = Object.entries(scalars).flatMap(([name, value]) => {
    const summaryValue = [...lengthDelimited(1, utf8(name)), ...tag(2, FIXED32), ...fixed(value, 4)];
    return lengthDelimited(1, Uint8Array.from(summaryValue));
  });
  const event = [
    ...tag(1, FIXED64),
    ...fixed(wallTimeS, 8),
    ...tag(2, 0),
    ...varint(step),
    ...lengthDelimited(5, Uint8Array.from(values)),
  ];
  return record(Uint8Array.from(event));
}
