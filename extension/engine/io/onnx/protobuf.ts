// Protocol Buffers on the wire: a message as its fields, one after the other, as views of the file's bytes.
// https://protobuf.dev/programming-guides/encoding. Nothing is copied or allocated by a length that the file says: a length is checked
// against the bytes that are left. Messages are not walked into here, so no file can make this recurse.
import type { UserError } from '../../../util/userError.ts';
import { brokenOnnx } from './onnxError.ts';

const WIRE_VARINT = 0;
const WIRE_64 = 1;
const WIRE_BYTES = 2;
const WIRE_32 = 5;
const MAX_VARINT_BYTES = 10;

/** A field of a message; its value is read by the form that the schema gives it. */
export class Field {
  /** Number of the field in the schema. */
  readonly number: number;
  readonly #wire: number;
  /** Of a varint: the value, modulo 2^64. */
  readonly #integer: bigint;
  /** Of all else: the bytes of the value. */
  readonly #bytes: Uint8Array;

  constructor(number: number, wire: number, value: bigint | Uint8Array) {
    this.number = number;
    this.#wire = wire;
    this.#integer = typeof value === 'bigint' ? value : 0n;
    this.#bytes = typeof value === 'bigint' ? new Uint8Array(0) : value;
  }

  /** A message, a string or packed numbers: their bytes, a view of the file. */
  bytes(): Uint8Array {
    this.#mustBe(WIRE_BYTES);
    return this.#bytes;
  }

  /** A string, whose bytes must be UTF-8 and at most `limit`. */
  text(limit: number): string {
    const bytes = this.bytes();
    if (bytes.length > limit) throw brokenOnnx(`a name in it has ${bytes.length} bytes, more than ${limit}`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (cause) {
      throw brokenOnnx('a name in it is not UTF-8', cause);
    }
  }

  /** int32, int64 or an enum; one that JavaScript's numbers cannot hold is refused. */
  integer(): number {
    this.#mustBe(WIRE_VARINT);
    return wholeNumber(this.#integer);
  }

  /** A float. */
  float(): number {
    this.#mustBe(WIRE_32);
    return viewOf(this.#bytes).getFloat32(0, true);
  }

  /** Repeated int64: one value, or many packed into one field. At most `limit`. */
  integers(limit: number): number[] {
    if (this.#wire === WIRE_VARINT) return [this.integer()];
    const reader = new Reader(this.bytes());
    const values: number[] = [];
    while (!reader.isAtEnd) {
      if (values.length === limit) throw tooLong(limit);
      values.push(wholeNumber(reader.varint()));
    }
    return values;
  }

  /** Repeated float, as integers(). */
  floats(limit: number): number[] {
    const view = viewOf(this.floatBytes());
    if (view.byteLength / 4 > limit) throw tooLong(limit);
    return Array.from({ length: view.byteLength / 4 }, (_, n) => view.getFloat32(4 * n, true));
  }

  /** Repeated float: the little-endian bytes of one value, or of many packed into one field. */
  floatBytes(): Uint8Array {
    if (this.#wire !== WIRE_32) this.#mustBe(WIRE_BYTES);
    if (this.#bytes.length % 4 !== 0) throw brokenOnnx('a list of floats ends inside a float');
    return this.#bytes;
  }

  #mustBe(wire: number): void {
    if (this.#wire !== wire) throw brokenOnnx(`field ${this.number} of a message in it has another type`);
  }
}

/** The fields of a message in the order of the file; unknown ones are for the caller to pass over. Throws UserError `onnx.broken`. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const reader = new Reader(message);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    if (number < 1 || number >= 2 ** 29) throw brokenOnnx('it has a field without a valid number');
    yield new Field(number, wire, reader.value(wire));
  }
}

/** Where in a message reading is. */
class Reader {
  readonly #message: Uint8Array;
  #at = 0;

  constructor(message: Uint8Array) {
    this.#message = message;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#message.length;
  }

  /** Modulo 2^64, as negative numbers are written. */
  varint(): bigint {
    let value = 0n;
    for (let n = 0; n < MAX_VARINT_BYTES; n++) {
      if (this.isAtEnd) throw brokenOnnx('it ends inside a number');
      const byte = this.#message[this.#at++];
      value |= BigInt(byte & 0x7f) << BigInt(7 * n);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw brokenOnnx('a number in it has more than 64 bits');
  }

  value(wire: number): bigint | Uint8Array {
    switch (wire) {
      case WIRE_VARINT:
        return this.varint();
      case WIRE_64:
        return this.#take(8);
      case WIRE_BYTES:
        return this.#take(Number(this.varint()));
      case WIRE_32:
        return this.#take(4);
      default:
        // Groups (3 and 4) are gone from the language since 2008, and ONNX never had any.
        throw brokenOnnx(`it has a field of the unknown type ${wire}`);
    }
  }

  #take(count: number): Uint8Array {
    const left = this.#message.length - this.#at;
    if (count > left) throw brokenOnnx(`a field says ${count} bytes where ${left} are left`);
    this.#at += count;
    return this.#message.subarray(this.#at - count, this.#at);
  }
}

const tooLong = (limit: number): UserError => brokenOnnx(`a list in it has more than ${limit} numbers`);

function wholeNumber(modulo64: bigint): number {
  const value = Number(BigInt.asIntN(64, modulo64));
  if (!Number.isSafeInteger(value)) throw brokenOnnx(`the number ${BigInt.asIntN(64, modulo64)} in it is out of range`);
  return value;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
