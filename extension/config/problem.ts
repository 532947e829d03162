// What is wrong with a config. Offsets are UTF-16 code units from the start of the text.

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
  /** Stable dotted id, e.g. `config.unknownKey`. */
  code: string;
  severity: 'error' | 'warning';
  /** Message, with the remedy where there is one. */
  message: string;
  start: number;
  end: number;
  fixes: readonly ProblemFix[];
}
