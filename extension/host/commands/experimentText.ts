// The experiment that a config's text describes, for commands that cannot go on without one.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Experiment } from '../../schema/experiment.ts';
import { UserError } from '../../util/userError.ts';
import type { ConfigChecker } from '../config/configProblem.ts';

/** Throws UserError `config.invalid`. */
export function requireExperiment(text: string, checker: ConfigChecker, path: string): Experiment {
  const { experiment } = checker.checkShape(text);
  if (experiment) return experiment;
  throw new UserError({
    code: 'config.invalid',
    message: vscode.l10n.t('{0} has errors.', basename(path)),
    remedy: vscode.l10n.t('The Problems panel lists them; mend them first.'),
    place: { path },
  });
}
