// Why a run failed, in the words of run.json.
import type { RunManifest } from '../schema/run.ts';
import { UserError } from '../util/userError.ts';

/** Code of a problem that is our fault. */
export const INTERNAL_PROBLEM = 'internal';

/** What the operating system says when a disk, not our code, is the reason. */
const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission was denied',
  EPERM: 'permission was denied',
  EROFS: 'the disk is read-only',
  EMFILE: 'too many files are open',
  EIO: 'the disk reported an error',
};

export interface RunProblem {
  problem: NonNullable<RunManifest['problem']>;
  /** For the log, where it is a bug. */
  stack?: string;
}

export function toRunProblem(error: unknown, runDir: string): RunProblem {
  if (error instanceof UserError) {
    const { place, code, remedy } = error;
    const at = place
      ? `${[place.path, place.line, place.column].filter((part) => part !== undefined).join(':')}: `
      : '';
    return { problem: { code, message: `${at}${error.message}`, remedy } };
  }
  const { code, path } = error as NodeJS.ErrnoException;
  const reason = code && DISK_ERRORS[code];
  if (reason) {
    const message = `${path ?? runDir} could not be read or written: ${reason}.`;
    return { problem: { code: 'run.disk', message, remedy: 'Mend that, then train again.' } };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    problem: {
      code: INTERNAL_PROBLEM,
      message: `Gatescope failed: ${message}`,
      remedy: 'Please report this with the log.',
    },
    stack,
  };
}
