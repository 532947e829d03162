// Why a run failed, in the words of run.json.
import type { RunManifest } from '../schema/run.ts';
import { UserError } from '../util/userError.ts';
import { toDiskError } from './diskError.ts';

/** Code of a problem that is our fault. */
export const INTERNAL_PROBLEM = 'internal';

export interface RunProblem {
  problem: NonNullable<RunManifest['problem']>;
  /** For the log, where it is a bug. */
  stack?: string;
}

export function toRunProblem(thrown: unknown): RunProblem {
  const error = toDiskError(thrown) ?? thrown;
  if (error instanceof UserError) {
    const { place, code, remedy } = error;
    const at = place
      ? `${[place.path, place.line, place.column].filter((part) => part !== undefined).join(':')}: `
      : '';
    return { problem: { code, message: `${at}${error.message}`, remedy } };
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
