// Readers over files in memory, handed out in pieces of any size.
import { readSource } from '../../../extension/data/sourceReader.ts';
import type { BadRow, Example, FileSource } from '../../../extension/data/types.ts';
import type { ResolvedFile } from '../../../extension/schema/resolved.ts';

export type Files = Record<string, string | Uint8Array>;

/** A file source over `files`; reading hands out `pieceBytes` at a time. */
export function memoryFiles(files: Files, pieceBytes = 7): FileSource {
  const bytesOf = (path: string): Uint8Array => {
    const content = files[path];
    if (content === undefined) throw new Error(`There is no ${path}`);
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  const within = (path: string): string[] => Object.keys(files).filter((file) => file.startsWith(`${path}/`));
  return {
    async kind(path) {
      if (files[path] !== undefined) return 'file';
      return within(path).length > 0 ? 'folder' : undefined;
    },
    size: async (path) => bytesOf(path).length,
    list: async (path) => [...new Set(within(path).map((file) => file.slice(path.length + 1).split('/')[0]))].sort(),
    async *read(path, start = 0) {
      const bytes = bytesOf(path);
      for (let at = start; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    },
    slice: async (path, start, end) => bytesOf(path).slice(start, end),
  };
}

export interface Outcome {
  examples: Example[];
  bad: BadRow[];
  log: string[];
}

/** Reads `/data/<name>` of `files`. */
export async function read(
  files: Files,
  name: string,
  source: Partial<ResolvedFile> = {},
  pieceBytes = 7,
): Promise<Outcome> {
  const path = `/data/${name}`;
  const all = Object.fromEntries(Object.entries(files).map(([key, value]) => [`/data/${key}`, value]));
  const examples: Example[] = [];
  const log: string[] = [];
  const rows = await readSource(
    {
      source: { path, format: 'auto', labelPart: 'whole', encoding: 'auto', ...source },
      path,
      configPath: ['data', 'train'],
    },
    {
      files: memoryFiles(all, pieceBytes),
      signal: new AbortController().signal,
      onLog: (_, text) => log.push(text),
      yieldNow: () => Promise.resolve(),
    },
    (example) => {
      examples.push(example);
      return undefined;
    },
  );
  return { examples, bad: rows.bad, log };
}

/** `label: text @line` of each example. */
export const shown = ({ examples }: Outcome): string[] =>
  examples.map(({ label, text, line }) => `${label}: ${text} @${line}`);
