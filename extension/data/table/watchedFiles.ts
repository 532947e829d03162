// Files that tell where lines begin while they are read, and how much of them was read.
import type { Encoding } from '../../schema/source.ts';
import type { FileSource } from '../types.ts';
import { LineStarts } from './lineStarts.ts';

export class WatchedFiles implements FileSource {
  readonly #files: FileSource;
  /** Of the file that is read now; undefined while nobody watches. */
  #starts: LineStarts | undefined;
  #encoding: Encoding | undefined;
  /** Bytes that were read while somebody watched. */
  bytesRead = 0;

  constructor(files: FileSource) {
    this.#files = files;
  }

  /** From now on, until `unwatch`; `undefined` where lines do not matter. */
  watch(encoding: Encoding): void {
    this.#encoding = encoding;
  }

  unwatch(): void {
    this.#encoding = undefined;
    this.#starts = undefined;
  }

  /** The byte that a line of the file that is read now begins at. */
  byteOf(line: number): number | undefined {
    return this.#starts?.byteOf(line);
  }

  kind(path: string) {
    return this.#files.kind(path);
  }

  size(path: string) {
    return this.#files.size(path);
  }

  list(path: string) {
    return this.#files.list(path);
  }

  async slice(path: string, start: number, end: number) {
    if (this.#encoding) this.bytesRead += end - start;
    return this.#files.slice(path, start, end);
  }

  async *read(path: string, start?: number): AsyncGenerator<Uint8Array> {
    const starts = this.#encoding && new LineStarts(this.#encoding);
    if (starts) this.#starts = starts;
    for await (const bytes of this.#files.read(path, start)) {
      if (starts) {
        starts.add(bytes);
        this.bytesRead += bytes.length;
      }
      yield bytes;
    }
  }
}
