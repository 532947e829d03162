// The terminal a command talks to: stdout for results, stderr for everything else, Ctrl-C.
import type { CommandContext, Output } from './command.ts';
import { withoutControls } from './format.ts';

/** Exit code of a third Ctrl-C. */
const INTERRUPTED = 130;

export function createConsole(): { output: Output; onInterrupt: CommandContext['onInterrupt'] } {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endOnClosedPipe);
  const [result, status] = [process.stdout, process.stderr].map(writerTo);
  const output: Output = {
    line: (text) => result(`${text}\n`),
    write: result,
    note: (text) => status(`${text}\n`),
    isTerminal: process.stderr.isTTY === true,
    status: {
      write: (text) => void process.stderr.write(text),
      get columns() {
        return process.stderr.columns || 120;
      },
    },
  };
  return { output, onInterrupt };
}

/** Results and notes quote files of others, which must not steer a terminal; whatever else reads them gets them as they are. */
const writerTo =
  (stream: NodeJS.WriteStream) =>
  (text: string): void =>
    void stream.write(stream.isTTY ? withoutControls(text) : text);

/** A reader such as `head` that has enough is no error. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

function onInterrupt(listener: (count: number) => void): void {
  let count = 0;
  const handle = (): void => {
    count++;
    if (count > 2) process.exit(INTERRUPTED);
    listener(count);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
}
