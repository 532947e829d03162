// Shows what went wrong. A UserError is told as it is, with what can be done; a cancellation is no news; anything else is a bug: logged with its stack.
import * as vscode from 'vscode';
import { assertNever } from '../../util/assertNever.ts';
import { CancelledError, formatUserError, type SourcePlace, UserError } from '../../util/userError.ts';
import { ACTION_COMMANDS, actionsFor, type ErrorAction } from './errorActions.ts';

/** Returns at once; the message stays until the user has dealt with it. */
export function reportError(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof CancelledError || error instanceof vscode.CancellationError) return;
  if (error instanceof UserError) {
    log.warn(formatUserError(error));
    void showUserError(error, log);
  } else {
    log.error(error instanceof Error ? error : String(error));
    void showBug(error, log);
  }
}

async function showUserError(error: UserError, log: vscode.LogOutputChannel): Promise<void> {
  const actions = actionsFor(error).map((action) => ({ action, title: actionTitle(action) }));
  const text = error.remedy ? `${error.message} ${error.remedy}` : error.message;
  const chosen = await vscode.window.showErrorMessage(text, ...actions);
  if (!chosen) return;
  try {
    await runAction(chosen.action, error.place);
  } catch (second) {
    log.error(second instanceof Error ? second : String(second));
  }
}

async function runAction(action: ErrorAction, place: SourcePlace | undefined): Promise<void> {
  if (action !== 'openPlace') await vscode.commands.executeCommand(ACTION_COMMANDS[action]);
  else if (place) await openPlace(place);
}

async function showBug(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  const showLog = vscode.l10n.t('Show Log');
  const reason = error instanceof Error ? error.message : String(error);
  const text = vscode.l10n.t('Gatescope failed: {0}. This is a bug; the log says more.', reason);
  if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) log.show();
}

function actionTitle(action: ErrorAction): string {
  switch (action) {
    case 'openPlace':
      return vscode.l10n.t('Open File');
    case 'showProblems':
      return vscode.l10n.t('Show Problems');
    case 'manageTrust':
      return vscode.l10n.t('Manage Workspace Trust');
    case 'showLog':
      return vscode.l10n.t('Show Log');
    case 'openExample':
      return vscode.l10n.t('Open Example Project');
    case 'newExperiment':
      return vscode.l10n.t('New Experiment');
    case 'installTensorflow':
      return vscode.l10n.t('Install TensorFlow Engine');
    default:
      return assertNever(action);
  }
}

/** Opens a file at a 1-based line and column; a folder is revealed. */
export async function openPlace({ path, line = 1, column = 1 }: SourcePlace): Promise<void> {
  const uri = vscode.Uri.file(path);
  const { type } = await vscode.workspace.fs.stat(uri);
  if (type & vscode.FileType.Directory) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
    return;
  }
  const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
}
