// How commands read data: from the disk, to the end, with what is noticed on the way as notes.
import type { LoadOptions } from '../dataReader.ts';
import { createFileSource } from '../fileSource.ts';
import type { Output } from './command.ts';

/** Without `output` nothing is said. */
export function readingOptions(output?: Pick<Output, 'note'>): LoadOptions {
  return {
    files: createFileSource(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onLog: (level, text) => output?.note(level === 'info' ? text : `${level}: ${text}`),
  };
}
