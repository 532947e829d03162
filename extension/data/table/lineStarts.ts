// The byte that each line of a file begins at, told from its bytes as they pass. Lines end where decodeFile ends them: at LF, CR LF and CR.
// In every encoding but UTF-16 these two bytes stand for nothing else.
import type { Encoding } from '../../schema/source.ts';

const LF = 0x0a;
const CR = 0x0d;
/** Entries that nobody asks for any more are dropped when there are this many. */
const DROP_AT = 1 << 14;

export class LineStarts {
  readonly #encoding: Encoding;
  /** Where the low byte of a unit of UTF-16 stands; undefined in other encodings. */
  #lowByte: 0 | 1 | undefined;
  /** Bytes that passed. */
  #seen = 0;
  /** Starts of lines from `#firstLine` on. */
  #starts = [0];
  #firstLine = 1;
  #endsInReturn = false;
  /** The first byte of a unit of UTF-16: a piece may end within one. */
  #half = 0;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  add(bytes: Uint8Array): void {
    if (this.#seen === 0) this.#lowByte = lowByteOf(this.#encoding, bytes);
    if (this.#lowByte !== undefined) this.#addWide(bytes, this.#lowByte);
    else if (this.#endsInReturn || bytes.includes(CR)) this.#addEach(bytes);
    else {
      for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) this.#starts.push(this.#seen + at + 1);
    }
    this.#seen += bytes.length;
  }

  #addEach(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) this.#unit(bytes[at], this.#seen + at + 1);
  }

  #addWide(bytes: Uint8Array, lowByte: 0 | 1): void {
    for (let at = 0; at < bytes.length; at++) {
      const end = this.#seen + at + 1;
      if (end % 2 === 0) this.#unit(lowByte === 0 ? this.#half + 256 * bytes[at] : 256 * this.#half + bytes[at], end);
      else this.#half = bytes[at];
    }
  }

  #unit(unit: number, end: number): void {
    const endsReturn = this.#endsInReturn && unit === LF;
    this.#endsInReturn = unit === CR;
    // A line began behind the CR already; now it is known that a LF comes first.
    if (endsReturn) this.#starts[this.#starts.length - 1] = end;
    else if (unit === LF || unit === CR) this.#starts.push(end);
  }

  /** Undefined where the line has not passed. Forgets the lines before it. */
  byteOf(line: number): number | undefined {
    const at = line - this.#firstLine;
    const byte = this.#starts[at];
    if (at > DROP_AT) {
      this.#starts = this.#starts.slice(at);
      this.#firstLine = line;
    }
    return byte;
  }
}

function lowByteOf(encoding: Encoding, start: Uint8Array): 0 | 1 | undefined {
  if (encoding === 'utf-16le') return 0;
  if (encoding === 'utf-16be') return 1;
  if (encoding !== 'auto') return undefined;
  if (start[0] === 0xff && start[1] === 0xfe) return 0;
  return start[0] === 0xfe && start[1] === 0xff ? 1 : undefined;
}
