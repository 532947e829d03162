// A config that another window or terminal trains right now: the user is asked before a second run of it starts.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isActive } from '../../schema/run.ts';
import { CancelledError } from '../../util/userError.ts';
import type { ListedRun } from '../views/runList.ts';

/** Runs of this window are no matter here: they queue. Throws CancelledError when the user thought better of it. */
export async function confirmSecondRun(configPath: string, runs: readonly ListedRun[]): Promise<void> {
  const other = runs.find(({ manifest }) => isActive(manifest.status) && manifest.pid !== process.pid);
  if (!other) return;
  const train = vscode.l10n.t('Train Anyway');
  const question = vscode.l10n.t(
    '{0} is being trained already, by another window or terminal ({1}). Both runs would share the machine.',
    basename(configPath),
    other.manifest.id,
  );
  if ((await vscode.window.showWarningMessage(question, { modal: true }, train)) !== train) throw new CancelledError();
}
