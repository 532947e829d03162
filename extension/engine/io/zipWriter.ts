// Zip archives of stored entries, for the files that PyTorch and NumPy read. Dates are fixed, so that the same content gives the same bytes.
const VERSION = 20;
/** 1 January 1980, the first date that there is. */
const DATE = 0x21;
const UTF8_NAMES = 0x0800;
const MAX_BYTES = 0xffffffff;

export interface ZipPart {
  name: string;
  bytes: Uint8Array;
}

/** An archive of these parts in this order; the data of each starts at a multiple of `alignment` bytes. */
export function writeZip(parts: readonly ZipPart[], alignment = 1): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const put = (piece: Uint8Array): void => {
    pieces.push(piece);
    at += piece.length;
  };
  for (const { name, bytes } of parts) {
    const nameBytes = new TextEncoder().encode(name);
    const facts = { nameBytes, size: bytes.length, crc: crc32(bytes), offset: at };
    directory.push(centralHeader(facts));
    put(localHeader(facts, padding(at + 30 + nameBytes.length, alignment)));
    put(bytes);
  }
  const directoryAt = at;
  for (const entry of directory) put(entry);
  if (at > MAX_BYTES) throw new Error('The archive would be larger than 4 GB');
  const count = parts.length;
  put(
    record([
      [4, 0x06054b50],
      [4, 0],
      [2, count],
      [2, count],
      [4, at - directoryAt],
      [4, directoryAt],
      [2, 0],
    ]),
  );
  return joined(pieces, at);
}

/** Bytes of an extra field that moves what follows to an aligned place; a field needs four itself. */
function padding(at: number, alignment: number): number {
  const gap = (alignment - (at % alignment)) % alignment;
  return gap === 0 || gap >= 4 ? gap : gap + alignment * Math.ceil((4 - gap) / alignment);
}

interface Facts {
  nameBytes: Uint8Array;
  size: number;
  crc: number;
  offset: number;
}

function localHeader({ nameBytes, size, crc }: Facts, extra: number): Uint8Array {
  const head = record([
    [4, 0x04034b50],
    [2, VERSION],
    [2, UTF8_NAMES],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, crc],
    [4, size],
    [4, size],
    [2, nameBytes.length],
    [2, extra],
  ]);
  // PyTorch pads with the field "FB".
  const field =
    extra === 0
      ? new Uint8Array()
      : joined(
          [
            record([
              [2, 0x4246],
              [2, extra - 4],
            ]),
            new Uint8Array(extra - 4),
          ],
          extra,
        );
  return joined([head, nameBytes, field], head.length + nameBytes.length + extra);
}

function centralHeader({ nameBytes, size, crc, offset }: Facts): Uint8Array {
  const head = record([
    [4, 0x02014b50],
    [2, VERSION],
    [2, VERSION],
    [2, UTF8_NAMES],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, crc],
    [4, size],
    [4, size],
    [2, nameBytes.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, offset],
  ]);
  return joined([head, nameBytes], head.length + nameBytes.length);
}

/** Little-endian numbers of these widths. */
function record(fields: readonly (readonly [width: number, value: number])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [width, value] of fields)
    for (let byte = 0; byte < width; byte++) bytes.push(Math.floor(value / 256 ** byte) & 0xff);
  return Uint8Array.from(bytes);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The polynomial of zip and PNG, reflected. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
