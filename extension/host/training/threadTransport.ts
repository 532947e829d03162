// The engine worker as a thread: its life, its output and its messages. Invariant: onClose fires exactly once, whatever ended the thread.
import { Worker } from 'node:worker_threads';
import type { Transport } from '../../protocol/rpc.ts';
import { Emitter } from '../../util/emitter.ts';

/** A transport whose other end can be ended from here. */
export interface EngineTransport extends Transport {
  /** Ends the other side at once. */
  terminate(): void;
}

export interface ThreadOptions {
  /** Absolute path of the bundled worker. */
  workerPath: string;
  /** Environment variables of the worker alone. */
  env?: Readonly<Record<string, string>>;
  /** What the thread prints, line by line. */
  onOutput(line: string): void;
}

export function createThreadTransport({ workerPath, env, onOutput }: ThreadOptions): EngineTransport {
  const worker = new Worker(workerPath, {
    env: { ...process.env, ...env },
    stdout: true,
    stderr: true,
    name: 'gatescope-engine',
  });
  const closed = new Emitter<Error>();
  let isClosed = false;
  const close = (reason: Error): void => {
    if (isClosed) return;
    isClosed = true;
    closed.fire(reason);
  };
  worker.on('error', (error) => close(error));
  worker.on('messageerror', (error) => close(error));
  worker.on('exit', (code) => close(new Error(`it ended with code ${code}`)));
  forwardLines(worker.stdout, onOutput);
  forwardLines(worker.stderr, onOutput);
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage(listener) {
      worker.on('message', listener);
      return { dispose: () => void worker.off('message', listener) };
    },
    onClose: (listener) => closed.on(listener),
    terminate() {
      close(new Error('it was ended'));
      void worker.terminate();
    },
  };
}

function forwardLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest) onLine(rest);
  });
}
