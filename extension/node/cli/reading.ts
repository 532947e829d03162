// How commands read data: from the disk, to the end, with what is noticed on the way as notes.
import type { LoadOptions } from '../dataReader.ts';
import { createFileSource } from '../fileSource.ts';
import type { CommandContext, Output } from './command.ts';

/** Without `output` nothing is said. */
export function readingOptions(output?: Pick<Output, 'note'>): LoadOptions {
  return {
    files: createFileSource(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onLog: (level, text) => output?.note(level === 'info' ? text : `${level}: ${text}`),
  };
}

/** The same for work that takes a while: with a line of progress, and an end by Ctrl-C. */
export function longReading({ output, onInterrupt }: CommandContext, what: string): LoadOptions & { end(): void } {
  const controller = new AbortController();
  onInterrupt(() => controller.abort());
  let shown = '';
  const show = (text: string): void => {
    if (!output.isTerminal || text === shown) return;
    output.status.write(`\r${text.padEnd(shown.length)}`);
    shown = text;
  };
  return {
    ...readingOptions(),
    signal: controller.signal,
    onProgress: (fraction) => show(`${what} ${Math.floor(fraction * 100)} %`),
    end() {
      if (shown !== '') output.status.write(`\r${' '.repeat(shown.length)}\r`);
    },
  };
}
