// Runs a program that prints JSON lines and tells how long it took and how much memory it held.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Finished {
  lines: Record<string, unknown>[];
  /** From start to end. */
  seconds: number;
  /** Largest resident size; known on Linux only. */
  peakBytes?: number;
}

const POLL_MS = 100;

/** The largest resident size so far of a process that runs. */
function residentPeak(pid: number | undefined): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** Throws where the program ends with an error, with what it said. */
export function runToEnd(program: string, args: readonly string[]): Promise<Finished> {
  return new Promise((settle, fail) => {
    const startedAt = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, said] = ['', ''];
    let peakBytes: number | undefined;
    const poll = setInterval(() => {
      peakBytes = residentPeak(child.pid) ?? peakBytes;
    }, POLL_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('error', (error) => {
      clearInterval(poll);
      fail(error);
    });
    child.on('close', (code) => {
      clearInterval(poll);
      const seconds = (performance.now() - startedAt) / 1000;
      if (code !== 0) return fail(new Error(`${program} ${args.join(' ')} ended with ${code}: ${said.slice(-2000)}`));
      const lines = output.trim().split('\n');
      settle({ lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), seconds, peakBytes });
    });
  });
}
