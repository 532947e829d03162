// What is wrong with a config, as the editor shows it. Offsets are UTF-16 code units from the start of the text.
import type { DataFinding } from '../../protocol/engineContract.ts';
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

/** What can be found out about a config's text. */
export interface ConfigChecker {
  /** Without a look at the disk. */
  checkShape(text: string): CheckedConfig;
  /** What only the disk can say (files that are missing), of a text of good shape. */
  checkFiles(text: string, configPath: string): Promise<readonly ConfigProblem[]>;
  /** A finding of the engine, at its place in the text. */
  toDataProblem(text: string, finding: DataFinding): ConfigProblem;
}
