// The one notification of a run: how it ended, with what can be done next.
import * as vscode from 'vscode';
import type { TrainOutcome } from '../../protocol/engineContract.ts';
import { formatScore, HEADLINES } from '../../protocol/scores.ts';
import type { RunManifest } from '../../schema/run.ts';
import type { CommandId } from '../commands/commandTable.ts';
import { scoreOf } from '../views/runList.ts';

export interface EndActions {
  log: vscode.LogOutputChannel;
  openDashboard(runId?: string): void;
}

/** Returns at once. A cancelled run is no news: it was the user's own doing. */
export function announceEnd({ manifest }: TrainOutcome, actions: EndActions): void {
  if (manifest.status === 'cancelled') return;
  void announce(manifest, actions);
}

async function announce(manifest: RunManifest, { log, openDashboard }: EndActions): Promise<void> {
  const open = vscode.l10n.t('Open Dashboard');
  const isWriter = manifest.task === 'languageModel';
  const tryIt = isWriter ? vscode.l10n.t('Generate Text') : vscode.l10n.t('Predict');
  const inspect = vscode.l10n.t('Inspect Gates');
  const showLog = vscode.l10n.t('Show Log');
  const isGood = manifest.status === 'completed' || manifest.status === 'stopped';
  const chosen = isGood
    ? await vscode.window.showInformationMessage(goodNews(manifest), open, tryIt, inspect)
    : await vscode.window.showErrorMessage(badNews(manifest), open, showLog);
  if (chosen === open) openDashboard(manifest.id);
  else if (chosen === showLog) log.show();
  else if (chosen !== undefined) {
    const tryCommand = isWriter ? 'gatescope.run.generate' : 'gatescope.run.predict';
    const command: CommandId = chosen === tryIt ? tryCommand : 'gatescope.inspector.open';
    await vscode.commands.executeCommand(command, { kind: 'run', runId: manifest.id });
  }
}

function goodNews(manifest: RunManifest): string {
  const { name, status } = manifest;
  const score = scoreOf(manifest);
  const what =
    status === 'completed'
      ? vscode.l10n.t('{0} is trained.', name)
      : vscode.l10n.t('{0} was stopped; what it has learned is kept.', name);
  if (!score) return what;
  const headline = HEADLINES[score.task];
  const text = formatScore(headline, score.scores[headline]);
  return score.split === 'test'
    ? `${what} ${vscode.l10n.t('Test {0} {1}.', headline, text)}`
    : `${what} ${vscode.l10n.t('Best validation {0} {1}.', headline, text)}`;
}

function badNews({ name, status, problem }: RunManifest): string {
  if (problem) return [`${name}:`, problem.message, problem.remedy].filter((part) => part !== undefined).join(' ');
  return vscode.l10n.t('{0} ended: {1}.', name, status);
}
