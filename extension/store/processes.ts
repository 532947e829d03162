// Is the process that wrote a run still there?
import { hostname, uptime } from 'node:os';

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether the process `pid` of machine `host` that started work at `startedAt` (ISO 8601) can still be at it.
 * A process of another machine cannot be asked: it is taken to be alive. A machine that restarted since has lost it, whoever has its pid now.
 */
export function canStillRun(pid: number, host: string, startedAt: string): boolean {
  if (host !== hostname()) return true;
  const bootedAtMs = Date.now() - uptime() * 1000;
  return Date.parse(startedAt) >= bootedAtMs - 2000 && isProcessAlive(pid);
}
