// rpc transports over the channel between a process and one that it started.
import { fork } from 'node:child_process';
import type { Transport } from '../protocol/rpc.ts';

export interface ChildTransport extends Transport {
  /** Ends the child at once. */
  terminate(): void;
}

/** Starts the bundle at `path` as a process of its own; what it prints goes where this thread's output goes. */
export function startChild(path: string): ChildTransport {
  const child = fork(path, {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stdout?.pipe(process.stdout, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
  return {
    post: (message) => void (child.connected && child.send(message as object)),
    onMessage(listener) {
      child.on('message', listener);
      return { dispose: () => void child.off('message', listener) };
    },
    onClose(listener) {
      const onError = (error: Error): void => listener(error);
      const onExit = (code: number | null, signal: string | null): void =>
        listener(new Error(`it ended with ${signal ?? `code ${code}`}`));
      child.on('error', onError);
      child.on('exit', onExit);
      return { dispose: () => void child.off('error', onError).off('exit', onExit) };
    },
    terminate: () => void child.kill('SIGKILL'),
  };
}

/** To the process that started this one; undefined where none did over a channel. This process ends when that one is gone. */
export function createParentTransport(): Transport | undefined {
  if (!process.send) return undefined;
  process.on('disconnect', () => process.exit());
  return {
    post: (message) => void (process.connected && process.send?.(message)),
    onMessage(listener) {
      process.on('message', listener);
      return { dispose: () => void process.off('message', listener) };
    },
    onClose: () => ({ dispose: () => undefined }),
  };
}
