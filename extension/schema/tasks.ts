// The tasks there are, and which scores each one is judged by.
import type { ScoreName } from './run.ts';

export const TASKS = ['classification', 'languageModel'] as const;
export type TaskName = (typeof TASKS)[number];

/** What the sets of a task are counted in. */
export const TASK_UNITS: Readonly<Record<TaskName, string>> = { classification: 'examples', languageModel: 'tokens' };

/** Scores of a task on a set, in the order in which they are shown. */
export const TASK_SCORES: Readonly<Record<TaskName, readonly ScoreName[]>> = {
  classification: ['loss', 'accuracy', 'macroF1', 'weightedF1'],
  languageModel: ['loss', 'perplexity', 'bitsPerCharacter'],
};
