// What the editor asks of the checks of configs.
import type { ConfigProblem } from '../../config/problem.ts';
import type { DataFinding } from '../../protocol/engineContract.ts';
import type { Experiment } from '../../schema/experiment.ts';

export type { ConfigProblem, FixAction, ProblemFix, TextEdit } from '../../config/problem.ts';

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
  /** All that can be said of a dataset manifest, its files among it. */
  checkManifest(text: string, path: string): Promise<readonly ConfigProblem[]>;
  /** A finding of the engine, at its place in the text. */
  toDataProblem(text: string, finding: DataFinding): ConfigProblem;
}
