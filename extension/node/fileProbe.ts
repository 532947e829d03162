// What checks of a config or a manifest ask of the disk.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FileProbe } from '../config/checkFiles.ts';
import { createFileSource } from './fileSource.ts';

/** Paths are relative to the folder of `path`. */
export function createFileProbe(path: string): FileProbe {
  return {
    resolve: (relative) => resolve(dirname(path), relative),
    kind: (absolute) => createFileSource().kind(absolute),
    list: (absolute) => readdir(absolute).catch(() => []),
    readText: (absolute) => readFile(absolute, 'utf8'),
  };
}
