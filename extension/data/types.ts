// What reading data means: bytes come in through an injected file system, examples go out in batches.

/** The files a reader may touch; implemented over node:fs in node/, over maps in tests. All paths are absolute. */
export interface FileSource {
  kind(path: string): Promise<'file' | 'folder' | undefined>;
  /** Size in bytes. */
  size(path: string): Promise<number>;
  /** Names in a folder, sorted by code point. */
  list(path: string): Promise<string[]>;
  /** All bytes, or those from `start` on. */
  read(path: string, start?: number): AsyncIterable<Uint8Array>;
  /** The bytes from `start` up to `end`, for formats that are not read in order. */
  slice(path: string, start: number, end: number): Promise<Uint8Array>;
}

/** A usable row. `line` is 1-based, of the row's first line in `path`. */
export interface Example {
  text: string;
  /** Empty where rows have none. */
  label: string;
  path: string;
  line: number;
  /** What keeps rows together in a split, where a column was named for it. */
  group?: string;
}

export type BadRowReason =
  | 'missingField'
  | 'extraField'
  | 'emptyText'
  | 'emptyLabel'
  | 'badJson'
  | 'badQuotes'
  | 'tooLong'
  | 'unknownLabel';

/** A row that cannot be used, and why. */
export interface BadRow {
  path: string;
  line: number;
  reason: BadRowReason;
  detail: string;
}

/** Running text as token ids, for a language model: 4 bytes a token. */
export interface EncodedText {
  /** Number of tokens. */
  readonly count: number;
  readonly ids: Uint32Array;
}

/** Texts as token ids, ready for batches. Ids of all examples lie in few large chunks: memory is 4 bytes a token. */
export interface EncodedSet {
  readonly count: number;
  /** Class index of each example. */
  readonly labels: Int32Array;
  /** Token count of one example, at least 1. */
  length(index: number): number;
  /** Token ids of one example: a view, not a copy. */
  tokens(index: number): Uint32Array;
  /** Where the example stands in its file. */
  place(index: number): { path: string; line: number };
}
