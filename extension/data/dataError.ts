// An error in what a config says of its data: a UserError that knows the key it is about.
import { UserError, type UserErrorInit } from '../util/userError.ts';

export interface DataErrorInit extends UserErrorInit {
  /** JSON path of the key in the config, e.g. ['data', 'train', 'textColumn']. */
  configPath: readonly (string | number)[];
  /** What the value should be, where there is one. */
  suggestion?: string;
}

export class DataError extends UserError {
  readonly configPath: readonly (string | number)[];
  readonly suggestion: string | undefined;

  constructor(init: DataErrorInit) {
    super(init);
    this.configPath = init.configPath;
    this.suggestion = init.suggestion;
  }
}
