// Word vectors of others: GloVe text, word2vec text and binary, fastText .vec. Read as a stream: memory is that of the words that are wanted.
// Files are hostile until parsed: sizes are bounded before anything is allocated for them.
import { UserError } from '../util/userError.ts';

export interface WordVectors {
  /** Numbers a vector. */
  size: number;
  /** Words in the file. */
  wordCount: number;
  /** Vectors of wanted words, by id; of a word that stands there twice the first. */
  vectors: Map<number, Float32Array>;
  /** Lines that hold no vector. */
  badLines: number;
}

export interface VectorReading {
  format: 'text' | 'binary';
  /** Numbers a vector as the model has them. */
  size: number;
  /** The id of a word that is wanted. */
  idOf(word: string): number | undefined;
}

const MAX_LINE_BYTES = 1 << 20;
const MAX_WORD_BYTES = 4096;
const MAX_SIZE = 8192;

/** Throws UserError `vectors.size` where the file's vectors have another size, `vectors.unreadable` for what is no such file. */
export function readWordVectors(chunks: AsyncIterable<Uint8Array>, reading: VectorReading): Promise<WordVectors> {
  return reading.format === 'binary' ? readBinary(chunks, reading) : readText(chunks, reading);
}

/** `word x1 … xn` a line; word2vec and fastText begin with a line `count n`. A word may hold spaces. */
async function readText(chunks: AsyncIterable<Uint8Array>, reading: VectorReading): Promise<WordVectors> {
  const found: WordVectors = { size: reading.size, wordCount: 0, vectors: new Map(), badLines: 0 };
  let isFirst = true;
  for await (const line of linesOf(chunks)) {
    const parts = line.trimEnd().split(' ');
    if (isFirst && parts.length === 2 && parts.every((part) => /^\d+$/.test(part))) {
      requireVectorSize(Number(parts[1]), reading.size);
    } else if (line !== '') {
      const own = isFirst ? sizeOf(parts) : 0;
      if (own > 0) requireVectorSize(own, reading.size);
      addLine(found, parts, reading);
    }
    isFirst = false;
  }
  // A line of any file may be long enough by chance.
  if (found.vectors.size === 0 && found.badLines * 2 >= found.wordCount)
    throw unreadable('hardly a line of it is a word and its numbers');
  return found;
}

/** Numbers at the end of a line; all but the first part where a word holds no space. */
function sizeOf(parts: readonly string[]): number {
  const firstNumber = parts.findLastIndex((part) => !isNumber(part)) + 1;
  return parts.length - Math.max(1, firstNumber);
}

const isNumber = (part: string): boolean => part !== '' && Number.isFinite(Number(part));

function addLine(found: WordVectors, parts: readonly string[], { size, idOf }: VectorReading): void {
  found.wordCount++;
  if (parts.length <= size) {
    found.badLines++;
    return;
  }
  const id = idOf(parts.slice(0, parts.length - size).join(' '));
  if (id === undefined || found.vectors.has(id)) return;
  const numbers = parts.slice(-size);
  if (numbers.every(isNumber)) found.vectors.set(id, Float32Array.from(numbers, Number));
  else found.badLines++;
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of chunks) {
    if (chunk.includes(0)) throw unreadable('it holds zero bytes, which no text has');
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_BYTES) throw unreadable('a line of it has more than a million characters');
    yield* lines;
  }
  const last = rest + decoder.decode();
  if (last !== '') yield last;
}

/** word2vec's: a line `count n`, then each word, a space, n float32 (little-endian), and often a line break. */
async function readBinary(chunks: AsyncIterable<Uint8Array>, { size, idOf }: VectorReading): Promise<WordVectors> {
  const bytes = new ByteStream(chunks);
  const header = await bytes.until(0x0a, MAX_WORD_BYTES);
  const [, count, own] = /^(\d{1,12}) (\d{1,6})\s*$/.exec(header ?? '') ?? [];
  if (count === undefined) throw unreadable('it does not begin with two counts');
  requireVectorSize(Number(own), size);
  const found: WordVectors = { size, wordCount: Number(count), vectors: new Map(), badLines: 0 };
  for (let read = 0; read < found.wordCount; read++) {
    const word = await bytes.until(0x20, MAX_WORD_BYTES);
    const values = word === undefined ? undefined : await bytes.take(size * 4);
    if (word === undefined || !values) throw unreadable(`it ends after ${read} of ${found.wordCount} words`);
    const id = idOf(word.replace(/^\n/, ''));
    if (id === undefined || found.vectors.has(id)) continue;
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    const vector = Float32Array.from({ length: size }, (_, at) => view.getFloat32(at * 4, true));
    if (vector.every(Number.isFinite)) found.vectors.set(id, vector);
    else found.badLines++;
  }
  return found;
}

/** Bytes that come in chunks, taken piece by piece. */
class ByteStream {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk = new Uint8Array();
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Makes more than is left available; false at the end. */
  async #more(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    const left = this.#chunk.subarray(this.#at);
    const joined = new Uint8Array(left.length + value.length);
    joined.set(left);
    joined.set(value, left.length);
    [this.#chunk, this.#at] = [joined, 0];
    return true;
  }

  /** The text before the next `byte`, which is passed over; undefined where it does not come. */
  async until(byte: number, limit: number): Promise<string | undefined> {
    for (let end = this.#chunk.indexOf(byte, this.#at); ; end = this.#chunk.indexOf(byte, this.#at)) {
      if (end >= 0) {
        const text = new TextDecoder('utf-8').decode(this.#chunk.subarray(this.#at, end));
        this.#at = end + 1;
        return text;
      }
      if (this.#chunk.length - this.#at > limit) throw unreadable(`a word of it has more than ${limit} bytes`);
      if (!(await this.#more())) return undefined;
    }
  }

  /** The next `count` bytes; undefined where there are not so many. */
  async take(count: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length - this.#at < count) if (!(await this.#more())) return undefined;
    const taken = this.#chunk.subarray(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }
}

export function requireVectorSize(own: number, size: number): void {
  if (own === size) return;
  if (own < 1 || own > MAX_SIZE) throw unreadable(`its vectors have ${own} numbers`);
  throw new UserError({
    code: 'vectors.size',
    message: `The word vectors have ${own} numbers each, and the embedding has ${size}.`,
    remedy: `Set model.embedding.size to ${own}.`,
  });
}

function unreadable(why: string): UserError {
  return new UserError({
    code: 'vectors.unreadable',
    message: `The word vectors cannot be read: ${why}.`,
    remedy:
      'GloVe text, word2vec text or binary, and fastText .vec are read; set model.embedding.vectors.format if it was taken for another.',
  });
}
