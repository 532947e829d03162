// How scores are called, which one stands for a run in lists, and how their values read. Pure; used by the host, the command line and the pages.
import type { ScoreName, Scores } from '../schema/run.ts';
import type { TaskName } from '../schema/tasks.ts';

interface ScoreFacts {
  title: string;
  /** A fraction 0 to 1 that is better when higher; other scores are plain numbers and better when lower. */
  isFraction: boolean;
}

/** In the order in which scores are shown. */
export const SCORE_FACTS: Readonly<Record<ScoreName, ScoreFacts>> = {
  accuracy: { title: 'Accuracy', isFraction: true },
  macroF1: { title: 'Macro F1', isFraction: true },
  weightedF1: { title: 'Weighted F1', isFraction: true },
  perplexity: { title: 'Perplexity', isFraction: false },
  bitsPerCharacter: { title: 'Bits per character', isFraction: false },
  loss: { title: 'Loss', isFraction: false },
};

/** The score that stands for a run of a task. */
export const HEADLINES: Readonly<Record<TaskName, ScoreName>> = {
  classification: 'accuracy',
  languageModel: 'perplexity',
};

/** The scores that are there, in the order in which they are shown. */
export function scoreNames(scores: Scores): ScoreName[] {
  return (Object.keys(SCORE_FACTS) as ScoreName[]).filter((name) => scores[name] !== undefined);
}

/** `87.2 %`, `4.512`, `114.5`; an en dash where there is no value. */
export function formatScore(name: ScoreName, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (SCORE_FACTS[name].isFraction) return `${(value * 100).toFixed(1)} %`;
  return value >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : value.toFixed(value >= 100 ? 1 : value >= 10 ? 2 : 3);
}

/** The headline score as lists show it, where it must say by itself what it is: `87.2 %`, `4.512 ppl`. */
export function formatHeadline(task: TaskName, scores: Scores | undefined): string {
  const name = HEADLINES[task];
  const text = formatScore(name, scores?.[name]);
  return name === 'perplexity' && scores ? `${text} ppl` : text;
}

/** The headline score as a number that is higher when the run is better. */
export function headlineRank(task: TaskName, scores: Scores): number {
  const name = HEADLINES[task];
  const value = scores[name] ?? Number.NEGATIVE_INFINITY;
  return SCORE_FACTS[name].isFraction ? value : -value;
}
