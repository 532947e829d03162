// A file source that hashes what is read through it and tells how much that is.
import { createHash } from 'node:crypto';
import type { FileSource } from '../data/types.ts';

export class HashingFiles implements FileSource {
  readonly #files: FileSource;
  readonly #onBytes: (count: number) => void;
  readonly #digests = new Map<string, string>();

  /** `onBytes` is told of all bytes read. */
  constructor(files: FileSource, onBytes: (count: number) => void) {
    this.#files = files;
    this.#onBytes = onBytes;
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

  slice(path: string, start: number, end: number) {
    return this.#files.slice(path, start, end);
  }

  /** From the first byte on, always: the hash is of all of them. */
  async *read(path: string): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    for await (const bytes of this.#files.read(path)) {
      hash.update(bytes);
      this.#onBytes(bytes.length);
      yield bytes;
    }
    this.#digests.set(path, hash.digest('hex'));
  }

  /** Reads a file to its end that was not read in order, for its hash. */
  async hash(path: string): Promise<void> {
    if (this.#digests.has(path)) return;
    for await (const _bytes of this.read(path));
  }

  /** SHA-256, hex, of a file that was read to its end; of a folder: over paths and hashes of its files, in order. */
  hashOf(path: string): string {
    const own = this.#digests.get(path);
    if (own) return own;
    return this.hashOfAll(path, [path]);
  }

  /** SHA-256, hex, over paths and hashes of what was read of some files and folders, in order. Paths are from `folder`. */
  hashOfAll(folder: string, paths: readonly string[]): string {
    const isNamed = (file: string): boolean => paths.some((path) => file === path || file.startsWith(`${path}/`));
    const within = [...this.#digests].filter(([file]) => isNamed(file)).sort(([a], [b]) => (a < b ? -1 : 1));
    const list = within.map(([file, digest]) => `${digest}  ${file.slice(folder.length + 1)}\n`).join('');
    return createHash('sha256').update(list).digest('hex');
  }
}

/** Bytes in a file, or in all files of a folder and its folders. */
export async function totalSize(files: FileSource, path: string): Promise<number> {
  const kind = await files.kind(path);
  if (kind === 'file') return files.size(path);
  if (kind === undefined) return 0;
  let total = 0;
  for (const name of await files.list(path)) total += await totalSize(files, `${path}/${name}`);
  return total;
}
