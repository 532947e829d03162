// What can be done about an error: which buttons its message gets. Pure.
import type { UserError } from '../../util/userError.ts';
import type { CommandId } from './commandTable.ts';

export type ErrorAction =
  | 'openPlace'
  | 'showProblems'
  | 'manageTrust'
  | 'showLog'
  | 'openExample'
  | 'newExperiment'
  | 'installTensorflow';

/** Codes of errors that this side of Gatescope throws. */
export const CONFIG_INVALID = 'config.invalid';
export const UNTRUSTED = 'training.untrusted';
export const NO_CONFIG = 'config.none';

/** Thrown by the engine: a run needs TensorFlow. */
const NO_TENSORFLOW = 'engine.tensorflowMissing';

/** In the order of the buttons. */
export function actionsFor(error: UserError): ErrorAction[] {
  if (error.code === CONFIG_INVALID) return ['showProblems'];
  if (error.code === UNTRUSTED) return ['manageTrust'];
  if (error.code === NO_CONFIG) return ['newExperiment', 'openExample'];
  if (error.code === NO_TENSORFLOW) return ['installTensorflow'];
  if (error.code.startsWith('engine.')) return ['showLog'];
  return error.place ? ['openPlace'] : [];
}

export const ACTION_COMMANDS = {
  showProblems: 'workbench.actions.view.problems',
  manageTrust: 'workbench.trust.manage',
  showLog: 'gatescope.log.show',
  openExample: 'gatescope.experiment.openExample',
  newExperiment: 'gatescope.experiment.new',
  installTensorflow: 'gatescope.engine.installTensorflow',
} as const satisfies Record<Exclude<ErrorAction, 'openPlace'>, CommandId | `workbench.${string}`>;
