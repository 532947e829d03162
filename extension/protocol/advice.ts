// Which encoder and which settings fit a dataset, each with its reason: what the command line prints, the dataset page shows, and a new
// experiment is made of.
import type { TaskName } from '../schema/tasks.ts';
import type { RunEstimate } from './estimate.ts';

export interface Alternative {
  value: unknown;
  /** What one gets instead. */
  reason: string;
}

export interface AdviceEntry {
  /** A key of a config, with dots: `model.encoder.type`. */
  key: string;
  /** As it would stand in the config. */
  value: unknown;
  /** One sentence, with numbers. */
  reason: string;
  /** What it rests on: the dataset's own figures, a table of docs/advisor.md, or a paper. */
  source: string;
  /** Whether another dataset would have another value: the config says why in a comment. */
  isOfData: boolean;
  alternatives: Alternative[];
}

export interface Advice {
  task: TaskName;
  /** In the order of a config. */
  entries: AdviceEntry[];
  /** By dataset of docs/advisor.md, what advice as a whole gave there: points of test accuracy against one plain config. */
  together?: Readonly<Record<string, number>>;
}

export interface DatasetAdvice extends Advice {
  /** What training so takes. */
  estimate: RunEstimate;
}

/** What the points in reasons are of, where one counts in them, and what advice as a whole was worth. */
export function pointsLines({ entries, together }: Pick<DatasetAdvice, 'entries' | 'together'>): string[] {
  const lines: string[] = [];
  if (entries.some(({ reason }) => /\bpoints?\b/.test(reason)))
    lines.push(
      'Points are of test accuracy where not said otherwise, averaged over the datasets that docs/advisor.md lists: less than one says nothing about yours.',
    );
  if (together) {
    const points = Object.entries(together).map(([data, value]) => `${data} ${value > 0 ? '+' : ''}${value}`);
    lines.push(
      `Such advice as a whole against a bidirectional LSTM of 50 units, in points: ${points.join(', ')}. It is a start; your own runs decide.`,
    );
  }
  return lines;
}
