// What can be done with a run, by command and from the dashboard alike.
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as vscode from 'vscode';
import type { GenerateSettings, Prediction } from '../../protocol/engineContract.ts';
import type { Evaluation, Misclassified } from '../../schema/run.ts';
import { CONFIG_FILE, configDirOf } from '../../store/runFolder.ts';
import { deleteRun, readEvaluation, readRun, readRunConfig, updateRun } from '../../store/runStore.ts';
import { UserError } from '../../util/userError.ts';
import type { Engine } from '../training/engine.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { ListedRun } from '../views/runList.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { openPlace } from './reportError.ts';
import { hasWeights } from './targets.ts';

export interface RunActionDeps {
  catalog: WorkspaceCatalog;
  engine: Engine;
}

/** The listed run with this id; a UserError when it is gone. */
export function requireRun(runId: string, catalog: WorkspaceCatalog): ListedRun {
  const run = catalog.runs.find(runId);
  if (run) return run;
  throw new UserError({
    code: 'run.notFound',
    message: vscode.l10n.t('The run {0} is no longer there.', runId),
    remedy: vscode.l10n.t('Refresh the list of runs.'),
  });
}

/** The run itself where there is something to look at in it, else a UserError. */
export function requireWeights(run: ListedRun): ListedRun {
  if (hasWeights(run)) return run;
  throw new UserError({
    code: 'run.noWeights',
    message: vscode.l10n.t('{0} has no weights to look at.', run.manifest.name),
    remedy: vscode.l10n.t('A run has them from its first evaluation on; choose another one, or train again.'),
  });
}

export async function changeRun(
  run: ListedRun,
  changes: { name?: string; note?: string },
  catalog: WorkspaceCatalog,
): Promise<void> {
  const name = changes.name?.trim();
  if (name === '') throw new UserError({ code: 'run.emptyName', message: vscode.l10n.t('A run needs a name.') });
  await updateRun(run.dir, { ...changes, ...(name === undefined ? {} : { name }) });
  catalog.put(await readRun(run.dir));
}

/** Asks first. Answers with the ids of what was deleted; what failed is thrown after the rest is done. */
export async function deleteRuns(runs: readonly ListedRun[], catalog: WorkspaceCatalog): Promise<string[]> {
  const confirm = vscode.l10n.t('Delete');
  const question =
    runs.length === 1
      ? vscode.l10n.t('Delete the run "{0}"?', runs[0].manifest.name)
      : vscode.l10n.t('Delete {0} runs?', runs.length);
  const detail =
    runs.length === 1
      ? vscode.l10n.t('Its folder, with the model and all metrics, is removed for good.')
      : vscode.l10n.t('Their folders, with models and metrics, are removed for good.');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, confirm)) !== confirm) return [];
  const results = await Promise.allSettled(runs.map(({ dir }) => deleteRun(dir)));
  await catalog.refresh();
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return runs.map(({ manifest }) => manifest.id);
}

/** The config as it was trained: every default filled in. */
export async function openRunConfig({ dir }: ListedRun): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(join(dir, CONFIG_FILE)));
}

export async function revealRunFolder({ dir }: ListedRun): Promise<void> {
  const uri = vscode.Uri.file(dir);
  const isInWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  const hasDesktop = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  await vscode.commands.executeCommand(isInWorkspace || !hasDesktop ? 'revealInExplorer' : 'revealFileInOS', uri);
}

export async function predict(run: ListedRun, text: string, engine: Engine): Promise<Prediction> {
  requireTrust(vscode.l10n.t('Prediction'));
  const [prediction] = await engine.call('predict', { runDir: run.dir, texts: [text] });
  return prediction;
}

export async function generate(
  run: ListedRun,
  settings: GenerateSettings,
  engine: Engine,
  signal?: AbortSignal,
): Promise<string> {
  requireTrust(vscode.l10n.t('Text generation'));
  return engine.call('generate', { runDir: run.dir, settings }, { signal });
}

/** Wrong predictions of a run: on test data where there is some, else on validation data. */
export async function misclassifiedOf(run: ListedRun): Promise<readonly Misclassified[]> {
  const evaluation = await readEvaluation(run.dir);
  return (evaluation?.test ?? evaluation?.validation)?.misclassified ?? [];
}

/** Opens the data file at the row; only places that the run's own evaluation names. */
export async function openExample(run: ListedRun, place: { path: string; line: number }): Promise<void> {
  const evaluation = await readEvaluation(run.dir);
  if (!evaluation || !namesPlace(evaluation, place)) {
    throw new UserError({
      code: 'run.unknownExample',
      message: vscode.l10n.t('The evaluation of {0} does not name this place.', run.manifest.name),
    });
  }
  await openPlace({ path: resolve(configDirOf(run.dir), place.path), line: place.line });
}

function namesPlace({ validation, test }: Evaluation, { path, line }: { path: string; line: number }): boolean {
  return [validation, test].some((split) =>
    split?.misclassified?.some((example) => example.path === path && example.line === line),
  );
}

/** Opens a data file at a line; only files that the run's own config names, or that lie in a folder it names. `path` is absolute. */
export async function openDataLine(run: ListedRun, place: { path: string; line: number }): Promise<void> {
  const { train, validation, test } = (await readRunConfig(run.dir)).data;
  const isNamed = [train, validation, test].some(
    (source) => source && 'path' in source && isWithin(resolve(configDirOf(run.dir), source.path), place.path),
  );
  if (!isNamed) {
    throw new UserError({
      code: 'run.unknownData',
      message: vscode.l10n.t('{0} is not part of the data of {1}.', place.path, run.manifest.name),
    });
  }
  await openPlace(place);
}

/** Whether `path` is absolute and is `root` or lies in it. */
function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return isAbsolute(path) && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
