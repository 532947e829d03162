// Resume Run from Checkpoint: goes on with a run; a config that has changed since is shown, and the user says which settings count.
import * as vscode from 'vscode';
import type { ConfigChanges, TrainOutcome } from '../../protocol/engineContract.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import { configPathOf, type ListedRun } from '../views/runList.ts';
import { type TrainingDeps, trainQueued } from './trainCommand.ts';

/** Settles when the run has ended. */
export async function resumeRun(run: ListedRun, deps: TrainingDeps): Promise<TrainOutcome> {
  const configPath = configPathOf(run);
  const resume = (changes: ConfigChanges): Promise<TrainOutcome> =>
    trainQueued({ configPath, resume: { runDir: run.dir, changes } }, deps);
  try {
    return await resume('refuse');
  } catch (error) {
    if (!UserError.is(error, 'resume.changed')) throw error;
    return resume(await askWhichSettings(error));
  }
}

async function askWhichSettings({ message }: UserError): Promise<ConfigChanges> {
  const saved = vscode.l10n.t('As the Run Was Made');
  const changed = vscode.l10n.t('With These Changes');
  const question = vscode.l10n.t('The config has changed since. How shall the run go on?');
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail: message }, saved, changed);
  if (answer === undefined) throw new CancelledError();
  return answer === saved ? 'ignore' : 'apply';
}
