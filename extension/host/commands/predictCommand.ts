// Predict: the selection, or a typed text, against the run that was picked or the latest one.
import * as vscode from 'vscode';
import type { Prediction } from '../../protocol/engineContract.ts';
import { CancelledError } from '../../util/userError.ts';
import { formatPercent } from '../training/duration.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { ListedRun } from '../views/runList.ts';
import type { CommandApi, PredictArguments } from './commandApi.ts';
import { predict, type RunActionDeps, requireRun } from './runActions.ts';
import { canPredict, noRun, runNamedBy, selectedText } from './targets.ts';

const MAX_SHOWN_CLASSES = 50;

export function createPredictCommand(deps: RunActionDeps): Pick<CommandApi, 'gatescope.run.predict'> {
  return {
    async 'gatescope.run.predict'(target) {
      requireTrust(vscode.l10n.t('Prediction'));
      const given = isPredictArguments(target) ? target : undefined;
      const run = await chooseRun(given ? given.runId : target, deps);
      const text = given?.text ?? (selectedText()?.trim() || undefined) ?? (await typedText(run));
      const prediction = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Gatescope: predicting') },
        () => predict(run, text, deps.engine),
      );
      showPrediction(prediction, run);
      return prediction;
    },
  };
}

function isPredictArguments(value: unknown): value is PredictArguments {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}

async function chooseRun(target: unknown, { catalog }: RunActionDeps): Promise<ListedRun> {
  if (catalog.runs.size === 0) await catalog.refresh();
  if (typeof target === 'string' && !target.endsWith('.gatescope.json')) return requireRun(target, catalog);
  const run = runNamedBy(target, catalog, canPredict) ?? catalog.runs.all().find(canPredict);
  if (run) return run;
  throw noRun();
}

async function typedText({ manifest }: ListedRun): Promise<string> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Predict with {0}', manifest.name),
    prompt: vscode.l10n.t('A text to classify'),
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? vscode.l10n.t('Type a text.') : undefined),
  });
  if (text === undefined) throw new CancelledError();
  return text;
}

/** What can be done next; other items of the list are probabilities. */
type NextStep = 'inspect' | 'again';
interface PredictionItem extends vscode.QuickPickItem {
  next?: NextStep;
}

/** Returns at once; the list stays until it is dismissed. Its last entries lead on: to the gates, or to another text. */
function showPrediction(prediction: Prediction, run: ListedRun): void {
  const pick = vscode.window.createQuickPick<PredictionItem>();
  pick.title = vscode.l10n.t('{0}: {1}', run.manifest.name, prediction.text.replace(/\s+/g, ' ').slice(0, 100));
  pick.placeholder = unreadText(prediction) ?? vscode.l10n.t('{0} tokens, all known', prediction.tokens.length);
  pick.items = [
    ...prediction.classes.slice(0, MAX_SHOWN_CLASSES).map(({ label, probability }) => ({
      label,
      description: `${formatPercent(probability)}  ${bar(probability)}`,
    })),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: vscode.l10n.t('$(telescope) Inspect the gates'), alwaysShow: true, next: 'inspect' },
    { label: vscode.l10n.t('$(edit) Another text…'), alwaysShow: true, next: 'again' },
  ];
  pick.onDidAccept(() => {
    const next = pick.selectedItems[0]?.next;
    pick.hide();
    if (next) void go(next, { runId: run.manifest.id, text: prediction.text });
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
}

async function go(next: NextStep, { runId, text }: { runId: string; text: string }): Promise<void> {
  if (next === 'inspect') await vscode.commands.executeCommand('gatescope.inspector.open', { runId, text });
  else await vscode.commands.executeCommand('gatescope.run.predict', { kind: 'run', runId });
}

/** What of the text the model did not see. */
function unreadText({ unknown, truncated }: Prediction): string | undefined {
  if (truncated > 0) return vscode.l10n.t('{0} more tokens are beyond the model’s maximum', truncated);
  if (unknown.length === 0) return undefined;
  return vscode.l10n.t('Not in the vocabulary: {0}', [...new Set(unknown)].slice(0, 20).join(', '));
}

/** Twenty cells. */
function bar(fraction: number): string {
  const filled = Math.round(fraction * 20);
  return '█'.repeat(filled) + '░'.repeat(20 - filled);
}
