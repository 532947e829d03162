// Import Dataset, Describe Dataset, Advise on Encoder, Leave Out These Rows, New Experiment from Dataset: what the Datasets view and the explorer offer.
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetReport } from '../../protocol/datasetReport.ts';
import type { DatasetProposal } from '../../protocol/engineContract.ts';
import { DATASET_SUFFIX } from '../../schema/dataset.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import { leaveOut } from '../datasets/changeManifest.ts';
import { datasetTitle, isManifestTreeNode } from '../datasets/datasetNodes.ts';
import { type DatasetDeps, reportOf, whileLooking } from '../datasets/lookAtDataset.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { DatasetPage } from '../webviews/datasetPage.ts';
import type { CommandApi, ImportArguments, OpenDatasetArguments } from './commandApi.ts';
import { exists, freePath } from './fileCopies.ts';
import { trainTokenizerCommand } from './tokenizerCommand.ts';

export interface DatasetCommandDeps extends DatasetDeps {
  catalog: WorkspaceCatalog;
  page: Pick<DatasetPage, 'open'>;
}

type DatasetCommand =
  | 'gatescope.dataset.import'
  | 'gatescope.dataset.open'
  | 'gatescope.dataset.describe'
  | 'gatescope.dataset.advise'
  | 'gatescope.dataset.exclude'
  | 'gatescope.tokenizer.train'
  | 'gatescope.experiment.fromDataset';

export function createDatasetCommands(deps: DatasetCommandDeps): Pick<CommandApi, DatasetCommand> {
  return {
    'gatescope.dataset.import': (target) => importDataset(target, deps),
    'gatescope.dataset.open': (target) => openDataset(target, deps),
    'gatescope.dataset.describe': (target) => describe(target, deps),
    'gatescope.dataset.advise': (target) => advise(target, deps),
    'gatescope.dataset.exclude': (target) => exclude(target, deps),
    'gatescope.tokenizer.train': (target) => trainTokenizerCommand(target, deps),
    'gatescope.experiment.fromDataset': (target) => newExperiment(target, deps),
  };
}

async function importDataset(target: unknown, deps: DatasetCommandDeps): Promise<string> {
  requireTrust(vscode.l10n.t('Import'));
  const { path, yes = false } = isImportArguments(target) ? target : { path: await dataNamedBy(target) };
  const { engine, datasets } = deps;
  const proposal = await whileLooking(vscode.l10n.t('Looking at {0}', path), engine, (signal) =>
    engine.call('proposeDataset', { path, workFolder: folderOf(path) }, { signal }),
  );
  const mayReplace = await exists(proposal.path);
  if (!yes) await confirm(proposal, mayReplace);
  await engine.call('writeDataset', { path: proposal.path, manifest: proposal.manifest, mayReplace });
  datasets.forget(proposal.path);
  await datasets.refresh();
  if (!yes) void offerNextSteps(proposal);
  return proposal.path;
}

/** The workspace's folder: no manifest is written above it. */
function folderOf(path: string): string | undefined {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path))?.uri.fsPath;
}

function isImportArguments(value: unknown): value is ImportArguments {
  return typeof value === 'object' && value !== null && 'path' in value && 'yes' in value;
}

async function dataNamedBy(target: unknown): Promise<string> {
  if (target instanceof vscode.Uri && target.scheme === 'file') return target.fsPath;
  const found = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Dataset'),
    canSelectFiles: true,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Look at It'),
  });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

async function confirm({ path, reasons, report }: DatasetProposal, isThere: boolean): Promise<void> {
  const write = isThere ? vscode.l10n.t('Replace Manifest') : vscode.l10n.t('Write Manifest');
  const detail = [
    ...reasons.map(({ what, value, reason }) => `${what}: ${value} (${reason})`),
    '',
    ...partLines(report),
    ...report.findings.map(({ message }) => `• ${message}`),
  ].join('\n');
  const question = isThere
    ? vscode.l10n.t('{0} is already there. Replace it?', vscode.workspace.asRelativePath(path))
    : vscode.l10n.t('Import as {0}?', vscode.workspace.asRelativePath(path));
  const answer = await vscode.window.showInformationMessage(question, { modal: true, detail }, write);
  if (answer !== write) throw new CancelledError();
}

function partLines({ parts }: DatasetReport): string[] {
  return parts.map(({ part, rows, labels }) => {
    const counted = vscode.l10n.t('{0}: {1} rows', part, rows.toLocaleString('en'));
    return labels.length === 0 ? counted : `${counted}, ${vscode.l10n.t('{0} labels', labels.length)}`;
  });
}

async function offerNextSteps({ path }: DatasetProposal): Promise<void> {
  const experiment = vscode.l10n.t('New Experiment');
  const open = vscode.l10n.t('Open Dataset');
  const text = vscode.l10n.t('{0} is imported. Its findings stand in the view Datasets.', datasetTitle(path));
  const answer = await vscode.window.showInformationMessage(text, open, experiment);
  if (answer === experiment)
    await vscode.commands.executeCommand('gatescope.experiment.fromDataset', vscode.Uri.file(path));
  if (answer === open) await vscode.commands.executeCommand('gatescope.dataset.open', vscode.Uri.file(path));
}

async function openDataset(target: unknown, deps: DatasetCommandDeps): Promise<string> {
  requireTrust(vscode.l10n.t('Looking at data'));
  const { path, preserveFocus } = isOpenArguments(target)
    ? target
    : { path: await manifestFor(target, deps), preserveFocus: false };
  deps.page.open({ path }, preserveFocus);
  return path;
}

function isOpenArguments(value: unknown): value is OpenDatasetArguments {
  return typeof value === 'object' && value !== null && 'preserveFocus' in value && 'path' in value;
}

async function describe(target: unknown, deps: DatasetCommandDeps): Promise<DatasetReport> {
  requireTrust(vscode.l10n.t('Looking at data'));
  const path = await manifestFor(target, deps);
  deps.datasets.forget(path);
  return whileLooking(vscode.l10n.t('Looking at {0}', datasetTitle(path)), deps.engine, () => reportOf(path, deps));
}

async function advise(target: unknown, deps: DatasetCommandDeps): Promise<string> {
  requireTrust(vscode.l10n.t('Looking at data'));
  const path = await manifestFor(target, deps);
  deps.page.open({ path, section: 'advice' });
  return path;
}

/** Answers with the number of rows. */
async function exclude(target: unknown, deps: DatasetCommandDeps): Promise<number> {
  requireTrust(vscode.l10n.t('Looking at data'));
  if (!isManifestTreeNode(target) || target.kind !== 'finding' || !target.finding.fix) {
    throw new UserError({
      code: 'dataset.noFinding',
      message: vscode.l10n.t('No finding was chosen.'),
      remedy: vscode.l10n.t('Choose one in the view Datasets.'),
    });
  }
  const { path, finding } = target;
  const remedies = [finding.fix as NonNullable<typeof finding.fix>];
  const { engine, datasets } = deps;
  const rows = await whileLooking(vscode.l10n.t('Leaving rows out'), engine, (signal) =>
    leaveOut(path, remedies, { engine, signal }),
  );
  datasets.forget(path);
  const text = vscode.l10n.t('{0} rows are left out. The data itself is not changed.', rows.toLocaleString('en'));
  void vscode.window.showInformationMessage(text, vscode.l10n.t('Open Manifest')).then((answer) => {
    if (answer !== undefined) return vscode.window.showTextDocument(vscode.Uri.file(path));
    return undefined;
  });
  return rows;
}

/** Answers with the path of the config. */
async function newExperiment(target: unknown, deps: DatasetCommandDeps): Promise<string> {
  requireTrust(vscode.l10n.t('Looking at data'));
  const manifestPath = await manifestFor(target, deps);
  const name = datasetTitle(manifestPath);
  const out = await freePath(dirname(manifestPath), name, '.gatescope.json');
  const path = await whileLooking(vscode.l10n.t('Looking at {0}', name), deps.engine, (signal) =>
    deps.engine.call('newExperiment', { manifestPath, out }, { signal }),
  );
  deps.catalog.addConfig(path);
  await vscode.window.showTextDocument(vscode.Uri.file(path));
  return path;
}

async function manifestFor(target: unknown, { datasets }: DatasetCommandDeps): Promise<string> {
  if (isManifestTreeNode(target) && target.kind !== 'foundRow') return target.path;
  if (target instanceof vscode.Uri && target.fsPath.endsWith(DATASET_SUFFIX)) return target.fsPath;
  await datasets.refresh();
  const { paths } = datasets;
  if (paths.length === 1) return paths[0];
  if (paths.length === 0) {
    throw new UserError({
      code: 'dataset.none',
      message: vscode.l10n.t('There is no dataset (*.dataset.json) here.'),
      remedy: vscode.l10n.t('Import one: Gatescope: Import Dataset.'),
    });
  }
  const items = paths.map((path) => ({
    label: datasetTitle(path),
    description: vscode.workspace.asRelativePath(path),
    path,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which dataset?') });
  if (!picked) throw new CancelledError();
  return picked.path;
}
