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
}

export interface DatasetAdvice extends Advice {
  /** What training so takes. */
  estimate: RunEstimate;
}
