// What is wrong with a config, as the editor shows it. Offsets are UTF-16 code units from the start of the text.
import type { Experiment } from '../../schema/experiment.ts';

export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

export interface ProblemFix {
  title: string;
  edits: readonly TextEdit[];
}

export interface ConfigProblem {
  code: string;
  severity: 'error' | 'warning';
  /** Message, with the remedy where there is one. */
  message: string;
  start: number;
  end: number;
  fixes: readonly ProblemFix[];
}

export interface CheckedConfig {
  /** The config as written; undefined when it has errors of shape. */
  experiment?: Experiment;
  problems: readonly ConfigProblem[];
}
