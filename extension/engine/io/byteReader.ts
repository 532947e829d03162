// A place in bytes that moves forward as they are read. Invariant: nothing is read beyond the end; that is a UserError.
import { malformed } from './weightsFile.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #advance(count: number): number {
    const start = this.at;
    if (!Number.isSafeInteger(start) || start < 0 || !(count >= 0 && start + count <= this.bytes.length)) {
      throw malformed('the file ends in the middle, or points beyond its end');
    }
    this.at = start + count;
    return start;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  skip(count: number): void {
    this.#advance(count);
  }

  u8(): number {
    return this.bytes[this.#advance(1)];
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A 64-bit size; more than 2^53 is beyond any file. */
  u64(): number {
    const value = Number(this.#view.getBigUint64(this.#advance(8), true));
    if (!Number.isSafeInteger(value)) throw malformed('it names a place that no file has');
    return value;
  }

  /** Big-endian, as pickles hold it. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view of the next bytes, no copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.bytes.subarray(start, start + count);
  }

  utf8(count: number): string {
    const bytes = this.take(count);
    try {
      return UTF8.decode(bytes);
    } catch (cause) {
      throw malformed('a text in it is not UTF-8', cause);
    }
  }

  /** Up to a line feed, without it; at most `limit` bytes. */
  line(limit: number): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0 || end - this.at > limit) throw malformed('a line in it has no end');
    const text = this.utf8(end - this.at);
    this.at = end + 1;
    return text;
  }
}
