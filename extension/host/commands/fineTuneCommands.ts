// Fine-Tune, Freeze Layers, Show Plan, Find Learning Rate: from what is there to a config that is ready to train.
import { writeFile } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import * as vscode from 'vscode';
import { fineTuneConfig, frozenGroups, withFrozenGroups } from '../../config/fineTuneText.ts';
import type { ParameterPlan } from '../../protocol/engineContract.ts';
import type { FoundRate } from '../../protocol/foundRate.ts';
import type { Experiment } from '../../schema/experiment.ts';
import { groupNames, parameterNames } from '../../schema/parameterNames.ts';
import { CancelledError } from '../../util/userError.ts';
import type { ConfigChecker } from '../config/configProblem.ts';
import type { ParameterCounts } from '../config/parameterCounts.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { CommandApi } from './commandApi.ts';
import type { ConfigPlans } from './configPlans.ts';
import { requireExperiment } from './experimentText.ts';
import { freePath } from './fileCopies.ts';
import { fineTuneSource } from './fineTuneSource.ts';
import { reportError } from './reportError.ts';
import { configFor } from './targets.ts';

export interface FineTuneDeps {
  catalog: WorkspaceCatalog;
  checker: ConfigChecker;
  counts: ParameterCounts;
  plans: ConfigPlans;
  log: vscode.LogOutputChannel;
  /** Shows the plan of a config on the dashboard. */
  openPlan(configPath: string): void;
}

type FineTuneCommand =
  | 'gatescope.run.fineTune'
  | 'gatescope.experiment.freezeLayers'
  | 'gatescope.experiment.showPlan'
  | 'gatescope.experiment.findRate';

export function createFineTuneCommands(deps: FineTuneDeps): Pick<CommandApi, FineTuneCommand> {
  return {
    'gatescope.run.fineTune': (target) => fineTune(target, deps),
    'gatescope.experiment.freezeLayers': async (target) => freezeLayers(await configFor(target, deps.catalog), deps),
    async 'gatescope.experiment.showPlan'(target) {
      const configPath = await configFor(target, deps.catalog);
      deps.catalog.addConfig(configPath);
      deps.openPlan(configPath);
      return configPath;
    },
    'gatescope.experiment.findRate': async (target) => findRate(await configFor(target, deps.catalog), deps),
  };
}

/** Source, what to freeze, data; then a config opens. Answers with its path. */
async function fineTune(target: unknown, deps: FineTuneDeps): Promise<string> {
  const { text, path: sourcePath, folder, from, tokens, name } = await fineTuneSource(target, deps.catalog);
  const experiment = requireExperiment(text, deps.checker, sourcePath);
  const plan = await deps.counts.plan(sourcePath, text);
  const freeze = await pickGroups(experiment, plan, ['embedding']);
  const data = await pickData(experiment.name ?? basename(sourcePath), folder);
  const choice = { name: `${name}, fine-tuned`, from, tokens, freeze, data };
  const base = basename(sourcePath).replace(/(\.gatescope)?\.json$/, '');
  const path = await freePath(folder, `${base}-fine-tuned`, '.gatescope.json');
  await writeFile(path, fineTuneConfig(text, choice), { flag: 'wx' });
  deps.catalog.addConfig(path);
  await vscode.window.showTextDocument(vscode.Uri.file(path));
  return path;
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
async function pickData(name: string, folder: string): Promise<object | undefined> {
  const same = { label: `$(database) ${vscode.l10n.t('The data of {0}', name)}` };
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

/** Tries rates, shows the curve, and offers to write the one that is found into the config. */
async function findRate(configPath: string, { catalog, plans, openPlan, log }: FineTuneDeps): Promise<FoundRate> {
  catalog.addConfig(configPath);
  const found = await plans.findRate(configPath);
  openPlan(configPath);
  offerRate(found, configPath, plans).catch((error: unknown) => reportError(error, log));
  return found;
}

async function offerRate({ suggestion, rates }: FoundRate, configPath: string, plans: ConfigPlans): Promise<void> {
  if (suggestion === undefined) {
    void vscode.window.showWarningMessage(vscode.l10n.t('The loss never falls: there is no learning rate to suggest.'));
    return;
  }
  const rate = Number(suggestion.toPrecision(2));
  const write = vscode.l10n.t('Write into Config');
  const words = vscode.l10n.t(
    'A learning rate of {0} suits {1}: of {2} that were tried it lies within the longest fall of the loss.',
    rate,
    basename(configPath),
    rates.length,
  );
  if ((await vscode.window.showInformationMessage(words, write)) === write) await plans.useRate(configPath, rate);
}
