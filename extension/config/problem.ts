// What is wrong with a config. Offsets are UTF-16 code units from the start of the text.

export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

export interface ProblemFix {
  title: string;
  /** None where the fix is something else to do. */
  edits: readonly TextEdit[];
  /** What only an editor can do. */
  action?: FixAction;
}

/** Opens another file at a place, or imports data as a dataset: a file, or what the user picks. Paths are as the config would give them. */
export type FixAction =
  | { kind: 'open'; path: string; line: number; column: number }
  | { kind: 'importDataset'; path?: string };

export interface ConfigProblem {
  /** Stable dotted id, e.g. `config.unknownKey`. */
  code: string;
  severity: 'error' | 'warning';
  /** Message, with the remedy where there is one. */
  message: string;
  start: number;
  end: number;
  fixes: readonly ProblemFix[];
}
