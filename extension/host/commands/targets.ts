// What a command is meant for: what VS Code handed over, else what the user looks at, else what the user picks.
import { basename, isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { hasWeights as manifestHasWeights } from '../../protocol/runWeights.ts';
import { isActive } from '../../schema/run.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import { formatDuration } from '../training/duration.ts';
import { durationOf, type ListedRun } from '../views/runList.ts';
import { runDescription, statusIcon } from '../views/runText.ts';
import { isTreeNode } from '../views/treeItems.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { NO_CONFIG } from './errorActions.ts';

const isConfigPath = (path: string): boolean => path.endsWith('.gatescope.json');

/** Path of the config that `target` names by itself. */
export function configNamedBy(target: unknown): string | undefined {
  if (target instanceof vscode.Uri) return isConfigPath(target.fsPath) ? target.fsPath : undefined;
  if (typeof target === 'string') return isAbsolute(target) && isConfigPath(target) ? target : undefined;
  return isTreeNode(target) && target.kind !== 'run' ? target.configPath : undefined;
}

/** Throws CancelledError when the user picks nothing, UserError when there is nothing to pick. */
export async function configFor(target: unknown, catalog: WorkspaceCatalog): Promise<string> {
  const named = configNamedBy(target) ?? configNamedBy(activeResource());
  if (named !== undefined) return named;
  if (catalog.configPaths.length === 0) await catalog.refresh();
  const { configPaths } = catalog;
  if (configPaths.length === 1) return configPaths[0];
  if (configPaths.length === 0) throw noConfig();
  const items = configPaths.map((path) => ({
    label: basename(path),
    description: vscode.workspace.asRelativePath(path),
    path,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('Which experiment?'),
    matchOnDescription: true,
  });
  if (!picked) throw new CancelledError();
  return picked.path;
}

/** What the user looks at: a text, or a file in an editor of its own such as the form. */
function activeResource(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input.uri : vscode.window.activeTextEditor?.document.uri;
}

function noConfig(): UserError {
  return new UserError({
    code: NO_CONFIG,
    message: vscode.l10n.t('There is no experiment (*.gatescope.json) here.'),
    remedy: vscode.l10n.t('Make a new one, or open the example project.'),
  });
}

export type RunFilter = (run: ListedRun) => boolean;
export const isEnded: RunFilter = ({ manifest }) => !isActive(manifest.status);
/** Whether a run has weights. */
export const hasWeights: RunFilter = ({ manifest }) => manifestHasWeights(manifest);
/** Whether a run has weights to predict classes with. */
export const canPredict: RunFilter = (run) => hasWeights(run) && run.manifest.task === 'classification';
/** Whether a run may be able to go on: whether there is a checkpoint is found out when it does. */
export const canGoOn: RunFilter = ({ manifest }) =>
  !isActive(manifest.status) && manifest.status !== 'completed' && manifest.status !== 'imported';
/** Whether a run has weights to write text with. */
export const canWrite: RunFilter = (run) => hasWeights(run) && run.manifest.task === 'languageModel';

/** The run that `target` names by itself; a config stands for its latest run. */
export function runNamedBy(target: unknown, catalog: WorkspaceCatalog, filter: RunFilter): ListedRun | undefined {
  if (typeof target === 'string' && !isConfigPath(target)) return catalog.runs.find(target);
  if (isTreeNode(target) && target.kind === 'run') return catalog.runs.find(target.runId);
  const configPath = configNamedBy(target);
  return configPath === undefined ? undefined : catalog.runs.ofConfig(configPath).find(filter);
}

/** Throws CancelledError when the user picks nothing, UserError when there is nothing to pick. */
export async function runFor(target: unknown, catalog: WorkspaceCatalog, filter: RunFilter): Promise<ListedRun> {
  if (catalog.runs.size === 0) await catalog.refresh();
  const named = runNamedBy(target, catalog, filter);
  if (named) return named;
  const candidates = catalog.runs.all().filter(filter);
  if (candidates.length === 0) throw noRun();
  if (candidates.length === 1) return candidates[0];
  const picked = await vscode.window.showQuickPick(candidates.map(runItem), {
    placeHolder: vscode.l10n.t('Which run?'),
    matchOnDescription: true,
  });
  if (!picked) throw new CancelledError();
  return picked.run;
}

export function noRun(): UserError {
  return new UserError({
    code: 'run.none',
    message: vscode.l10n.t('There is no run for this yet.'),
    remedy: vscode.l10n.t('Train an experiment first.'),
  });
}

/** A run as lists to pick from show it. */
export function runItem(run: ListedRun): vscode.QuickPickItem & { run: ListedRun } {
  const { manifest } = run;
  const durationS = durationOf(run, Date.now());
  const ageS = (Date.now() - Date.parse(manifest.startedAt)) / 1000;
  return {
    label: manifest.name,
    description: runDescription(manifest, durationS),
    detail: vscode.l10n.t('{0}, {1} ago, {2}', manifest.status, formatDuration(ageS), manifest.id),
    iconPath: new vscode.ThemeIcon(statusIcon(manifest.status).icon),
    run,
  };
}

/** What is selected in the active editor, as it is; undefined where nothing is. */
export function selectedText(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor?.document.getText(editor.selection) || undefined;
}
