// Fine-Tune, Freeze Layers, Find Learning Rate: from what is there to a config that is ready to train.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { fineTuneConfig, frozenGroups, withFrozenGroups } from '../../config/fineTuneText.ts';
import type { FoundRate, ParameterPlan } from '../../protocol/engineContract.ts';
import type { Experiment } from '../../schema/experiment.ts';
import { groupNames, parameterNames } from '../../schema/parameterNames.ts';
import { CONFIG_FILE } from '../../store/runFolder.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { ConfigChecker } from '../config/configProblem.ts';
import type { ParameterCounts } from '../config/parameterCounts.ts';
import type { Engine } from '../training/engine.ts';
import { requireTrust } from '../training/trainCommand.ts';
import { configPathOf, type ListedRun } from '../views/runList.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { CommandApi } from './commandApi.ts';
import { exists, freePath } from './fileCopies.ts';
import { configFor, hasWeights, runFor } from './targets.ts';

export interface FineTuneDeps {
  catalog: WorkspaceCatalog;
  engine: Pick<Engine, 'call'>;
  checker: ConfigChecker;
  counts: ParameterCounts;
}

type FineTuneCommand = 'gatescope.run.fineTune' | 'gatescope.experiment.freezeLayers' | 'gatescope.experiment.findRate';

export function createFineTuneCommands(deps: FineTuneDeps): Pick<CommandApi, FineTuneCommand> {
  return {
    'gatescope.run.fineTune': async (target) => fineTune(await runFor(target, deps.catalog, hasWeights), deps),
    'gatescope.experiment.freezeLayers': async (target) => freezeLayers(await configFor(target, deps.catalog), deps),
    'gatescope.experiment.findRate': async (target) => findRate(await configFor(target, deps.catalog), deps),
  };
}

/** Source, what to freeze, data; then a config opens. Answers with its path. */
async function fineTune(run: ListedRun, deps: FineTuneDeps): Promise<string> {
  const source = await sourceConfig(run);
  const experiment = requireExperiment(source.text, deps.checker, source.path);
  const plan = await deps.counts.plan(source.path, source.text);
  const freeze = await pickGroups(experiment, plan, ['embedding']);
  const data = await pickData(run, source.folder);
  const name = `${run.manifest.name}, fine-tuned`;
  const text = fineTuneConfig(source.text, { name, from: run.manifest.id, freeze, data });
  const base = basename(source.path).replace(/(\.gatescope)?\.json$/, '');
  const path = await freePath(source.folder, `${base}-fine-tuned`, '.gatescope.json');
  await writeFile(path, text, { flag: 'wx' });
  deps.catalog.addConfig(path);
  await vscode.window.showTextDocument(vscode.Uri.file(path));
  return path;
}

/** The config that a run was made from, or what the run has kept of it. */
async function sourceConfig(run: ListedRun): Promise<{ text: string; path: string; folder: string }> {
  const path = configPathOf(run);
  const folder = dirname(dirname(dirname(run.dir)));
  const from = (await exists(path)) ? path : join(run.dir, CONFIG_FILE);
  return { text: await readFile(from, 'utf8'), path, folder };
}

function requireExperiment(text: string, checker: ConfigChecker, path: string): Experiment {
  const { experiment } = checker.checkShape(text);
  if (experiment) return experiment;
  throw new UserError({
    code: 'config.invalid',
    message: vscode.l10n.t('{0} has errors.', basename(path)),
    remedy: vscode.l10n.t('The Problems panel lists them; mend them first.'),
    place: { path },
  });
}

/** Groups in order with their sizes; `chosen` are ticked. */
async function pickGroups(
  experiment: Experiment,
  plan: ParameterPlan | undefined,
  chosen: readonly string[],
): Promise<string[]> {
  const parameters = parameterNames(experiment.model);
  const items = groupNames(parameters).map((group) => {
    const names = parameters.filter((parameter) => parameter.group === group).map(({ name }) => name);
    const size = plan?.groups.find(({ name }) => name === group)?.count;
    const description = size === undefined ? undefined : vscode.l10n.t('{0} parameters', size.toLocaleString('en-US'));
    return { label: group, description, detail: names.join(', '), picked: chosen.includes(group) };
  });
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Freeze Layers'),
    placeHolder: vscode.l10n.t('What is ticked stays as it is, to the last bit'),
  });
  if (!picked) throw new CancelledError();
  return picked.map(({ label }) => label);
}

/** Undefined: the data of the source. */
async function pickData({ manifest }: ListedRun, folder: string): Promise<object | undefined> {
  const same = { label: `$(database) ${vscode.l10n.t('The data of {0}', manifest.name)}` };
  const other = { label: `$(file) ${vscode.l10n.t('Another file…')}` };
  const picked = await vscode.window.showQuickPick([same, other], { title: vscode.l10n.t('Data to fine-tune on') });
  if (!picked) throw new CancelledError();
  if (picked === same) return undefined;
  const found = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Data to fine-tune on'),
    defaultUri: vscode.Uri.file(folder),
    openLabel: vscode.l10n.t('Use This File'),
  });
  if (!found?.[0]) throw new CancelledError();
  const path = relative(folder, found[0].fsPath).replaceAll('\\', '/');
  return { train: { path }, validation: { split: 0.1 } };
}

/** A list of groups of an open config; the ticked ones are frozen. Answers with them. */
async function freezeLayers(configPath: string, { checker, counts }: FineTuneDeps): Promise<string[]> {
  const document = await vscode.workspace.openTextDocument(configPath);
  const text = document.getText();
  const experiment = requireExperiment(text, checker, configPath);
  const groups = await pickGroups(experiment, await counts.plan(configPath, text), frozenGroups(experiment));
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(document.positionAt(0), document.positionAt(text.length));
  edit.replace(document.uri, all, withFrozenGroups(text, experiment, groups));
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
  return groups;
}

/** Tries rates, and offers to write the one that is found into the config. */
async function findRate(configPath: string, { engine }: FineTuneDeps): Promise<FoundRate> {
  requireTrust();
  const document = await vscode.workspace.openTextDocument(configPath);
  const request = { configPath, text: document.getText() };
  const found = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking for a learning rate for {0}', basename(configPath)),
      cancellable: true,
    },
    (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return engine.call('findRate', request, { signal: controller.signal });
    },
  );
  void sayRate(found, configPath);
  return found;
}

async function sayRate({ suggestion, rates }: FoundRate, configPath: string): Promise<void> {
  if (suggestion === undefined) {
    void vscode.window.showWarningMessage(vscode.l10n.t('The loss never falls: there is no learning rate to suggest.'));
    return;
  }
  const rate = Number(suggestion.toPrecision(2));
  const copy = vscode.l10n.t('Copy');
  const words = vscode.l10n.t(
    'A learning rate of {0} suits {1}: of {2} that were tried the loss falls fastest there.',
    rate,
    basename(configPath),
    rates.length,
  );
  if ((await vscode.window.showInformationMessage(words, copy)) === copy)
    await vscode.env.clipboard.writeText(String(rate));
}
