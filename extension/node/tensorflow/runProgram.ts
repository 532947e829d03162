// Runs a program that others wrote to its end, or ends it and all that it started.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

export interface ProgramOptions {
  cwd: string;
  signal: AbortSignal;
  /** A folder whose programs are found first. */
  tools?: string;
}

/** A program that could not be started or did not end with 0. */
export class ProgramFailed extends Error {
  readonly program: string;
  /** The end of what it printed. */
  readonly output: string;
  /** There is no such program. */
  readonly isMissing: boolean;

  constructor(program: string, output: string, isMissing = false) {
    super(`${program} failed: ${output}`);
    this.program = program;
    this.output = output;
    this.isMissing = isMissing;
  }
}

const MAX_OUTPUT = 20_000;
const isWindows = process.platform === 'win32';

/** Rejects with ProgramFailed, also where `signal` ended it. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, signal, tools }: ProgramOptions,
): Promise<void> {
  const path = [...(tools ? [tools] : []), process.env.PATH ?? ''].join(delimiter);
  return new Promise((settle, fail) => {
    if (signal.aborted) {
      fail(new ProgramFailed(program, 'it was cancelled'));
      return;
    }
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, PATH: path, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // npm is a script on Windows. Elsewhere a group of its own, so that all of it can be ended.
      shell: isWindows && program === 'npm',
      detached: !isWindows,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-MAX_OUTPUT);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const onAbort = (): void => endTree(child);
    signal.addEventListener('abort', onAbort);
    child.on('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', onAbort);
      fail(new ProgramFailed(program, error.message, error.code === 'ENOENT'));
    });
    child.on('close', (code, ended) => {
      signal.removeEventListener('abort', onAbort);
      if (code === 0 && !signal.aborted) settle();
      else fail(new ProgramFailed(program, `${output}\nit ended with ${ended ?? `code ${code}`}`));
    });
  });
}

function endTree({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (isWindows) {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
