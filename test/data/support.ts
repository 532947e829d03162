// The real data, which lies beside the project and not in it. Missing data is a failure that says so.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RowCount } from '../../extension/data/badRows.ts';
import { readSource } from '../../extension/data/sourceReader.ts';
import type { Example } from '../../extension/data/types.ts';
import { createFileSource } from '../../extension/node/fileSource.ts';
import type { ResolvedFile } from '../../extension/schema/resolved.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');

/** Absolute path of a part of ../shared/data. */
export function dataPath(...parts: string[]): string {
  const path = join(DATA, ...parts);
  if (!existsSync(path))
    throw new Error(`${path} is missing: these tests read real data at ../shared/data, beside the project.`);
  return path;
}

export interface ReadResult {
  examples: Example[];
  rows: RowCount;
  log: string[];
}

/** Reads a source as a config would have it, with `auto` for what is not said. */
export async function readAll(path: string, source: Partial<ResolvedFile> = {}): Promise<ReadResult> {
  const examples: Example[] = [];
  const log: string[] = [];
  const resolved = { path, format: 'auto', labelPart: 'whole', encoding: 'auto', ...source } as const;
  const rows = await readSource(
    { source: resolved, path, configPath: ['data', 'train'] },
    {
      files: createFileSource(),
      signal: new AbortController().signal,
      onLog: (_, text) => log.push(text),
      yieldNow: () => nextTurn(),
    },
    (example) => {
      examples.push(example);
      return undefined;
    },
  );
  return { examples, rows, log };
}

/** Examples per label. */
export function labelCounts(examples: readonly Example[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { label } of examples) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
