// Reads the sources of one experiment over real files: paths, progress, hashes, and the limit on bad rows.
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RowCount } from '../data/badRows.ts';
import { createPreparation } from '../data/cleaning.ts';
import { absoluteIn, filesOf, isCut } from '../data/dataset/openDataset.ts';
import { EncodedStore, fingerprint } from '../data/encodedStore.ts';
import type { DataRequest } from '../data/openData.ts';
import { createPieceEncoder, encodedText, requireTokens, TokenBuffer } from '../data/runningText.ts';
import { readSource } from '../data/sourceReader.ts';
import type { BadRow, EncodedSet, EncodedText, Example, FileSource } from '../data/types.ts';
import { namedPath, type ResolvedExperiment, type ResolvedSource } from '../schema/resolved.ts';
import type { Tokenizer } from '../text/types.ts';
import type { KnownVocabulary } from '../text/vocabulary.ts';
import { createRequest } from './datasets.ts';
import { HashingFiles, totalSize } from './hashingFiles.ts';

export interface LoadOptions {
  files: FileSource;
  signal: AbortSignal;
  /** Completed part of all sources, 0 to 1. */
  onProgress(fraction: number): void;
  onLog(level: 'info' | 'warning', text: string): void;
  /** Tokens of the model to fine-tune, or of the run to go on with. */
  vocabulary?: KnownVocabulary;
}

/** What is settled once the training data is read. */
export interface KnownSets {
  experiment: ResolvedExperiment;
  labels: readonly string[];
  tokenizer: Tokenizer;
  /** Whether a text with this fingerprint is in the training part. */
  hasText?(textHash: number): boolean;
}

/** What is settled once the training text is read. */
export type KnownText = Pick<KnownSets, 'experiment' | 'tokenizer'>;

export interface ReadPart {
  rows: RowCount;
  /** SHA-256, hex. */
  hash: string;
}

export interface EncodedPart extends ReadPart {
  set: EncodedSet;
  /** Texts that are also in the training part. */
  duplicates: number;
}

export interface TextPart extends ReadPart {
  set: EncodedText;
}

export class DataReader {
  readonly #options: LoadOptions;
  readonly #configDir: string;
  readonly #maxBadRowShare: number;
  readonly #files: HashingFiles;

  private constructor(options: LoadOptions, place: { configDir: string; maxBadRowShare: number }, totalBytes: number) {
    this.#options = options;
    this.#configDir = place.configDir;
    this.#maxBadRowShare = place.maxBadRowShare;
    let readBytes = 0;
    this.#files = new HashingFiles(options.files, (count) => {
      readBytes += count;
      options.onProgress(Math.min(1, readBytes / Math.max(1, totalBytes)));
    });
  }

  /** `sources` are those that will be read, for the progress. */
  static async open(
    sources: readonly ResolvedSource[],
    place: { configDir: string; maxBadRowShare: number },
    options: LoadOptions,
  ): Promise<DataReader> {
    let totalBytes = 0;
    for (const source of sources) {
      totalBytes += await bytesToRead(await createRequest(source, place.configDir, []), options.files);
    }
    return new DataReader(options, place, totalBytes);
  }

  /** Reads a source to its end. Throws DataError where too many rows are bad. */
  async read(
    source: ResolvedSource,
    configPath: readonly string[],
    use: (example: Example) => BadRow | undefined,
  ): Promise<ReadPart> {
    const request = await createRequest(source, this.#configDir, configPath);
    const { path } = request;
    const { signal, onLog } = this.#options;
    const context = { files: this.#files, signal, onLog, yieldNow: () => nextTurn() };
    const rows = await readSource(request, context, use);
    rows.check(path, this.#maxBadRowShare, configPath);
    for (const line of rows.describe(path)) onLog('warning', line);
    return { rows, hash: await this.#hashOf(request) };
  }

  /** Of a part of a dataset: over the manifest and the files that it is read from. */
  async #hashOf(request: DataRequest): Promise<string> {
    const { path } = request;
    if (!('dataset' in request)) {
      if (['parquet', 'arrow'].some((format) => path.endsWith(format))) await this.#files.hash(path);
      return this.#files.hashOf(path);
    }
    const files = filesOf(request.dataset, request.part).map((file) => absoluteIn(request.dataset.folder, file.path));
    const paths = [path, ...files];
    for (const file of paths) if ((await this.#files.kind(file)) === 'file') await this.#files.hash(file);
    return this.#files.hashOfAll(dirname(path), paths);
  }

  /** Encodes running text with the tokenizer of training. Throws DataError `data.tooShort`. */
  async readEncodedText(source: ResolvedSource, configPath: readonly string[], known: KnownText): Promise<TextPart> {
    const { experiment, tokenizer } = known;
    const tokens = new TokenBuffer();
    const encode = createPieceEncoder(experiment.text, tokenizer);
    const part = await this.read(source, configPath, ({ text }) => {
      for (const id of encode(text).ids) tokens.push(id);
      return undefined;
    });
    const set = encodedText(tokens.view());
    requireTokens(set.count, [...configPath, 'path'], namedPath(source));
    return { ...part, set };
  }

  /** Encodes a source with what is known from training; a label that training never saw makes a bad row. */
  async readEncoded(source: ResolvedSource, configPath: readonly string[], known: KnownSets): Promise<EncodedPart> {
    const { labels, tokenizer, experiment, hasText } = known;
    const store = new EncodedStore();
    const classOf = new Map(labels.map((label, index) => [label, index]));
    const prepare = createPreparation(experiment.text);
    let duplicates = 0;
    const part = await this.read(source, configPath, ({ text, label, path, line }) => {
      const index = classOf.get(label);
      if (index === undefined) {
        return { path, line, reason: 'unknownLabel', detail: `the label "${label}" is not in the training data` };
      }
      const cleaned = prepare(text);
      const textHash = fingerprint(cleaned);
      if (hasText?.(textHash)) duplicates++;
      store.add(tokenizer.encode(cleaned, experiment.text.maxLength).ids, { label: index, path, line, textHash });
      return undefined;
    });
    return { ...part, set: store.view(), duplicates };
  }
}

/** A file is read once to find its encoding where that is not said, and twice to be split. */
async function bytesToRead(request: DataRequest, files: FileSource): Promise<number> {
  if (!('dataset' in request)) {
    return (request.source.encoding === 'auto' ? 2 : 1) * (await totalSize(files, request.path));
  }
  const { dataset, part } = request;
  const reads = isCut(dataset.manifest, part) ? 2 : 1;
  let bytes = 0;
  for (const { path, encoding } of filesOf(dataset, part)) {
    bytes += (reads + (encoding ? 0 : 1)) * (await totalSize(files, absoluteIn(dataset.folder, path)));
  }
  return bytes;
}
