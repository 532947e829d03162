// What the dataset page may ask for. Parameters are checked before they come here; a dataset must be one that the catalog knows.
// Invariant: nothing is read before the folder is trusted, and what computes ends when the page no longer wants the answer.
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetContract, DatasetFocus, DatasetName } from '../../protocol/datasetContract.ts';
import type { Handlers } from '../../protocol/rpc.ts';
import { UserError } from '../../util/userError.ts';
import { openPlace } from '../commands/reportError.ts';
import type { ExperimentReader } from '../config/experimentReader.ts';
import { changeSplits, leaveOut, putBack } from '../datasets/changeManifest.ts';
import { configsOf } from '../datasets/configsOfDataset.ts';
import type { DatasetCatalog } from '../datasets/datasetCatalog.ts';
import { datasetTitle } from '../datasets/datasetNodes.ts';
import type { Engine } from '../training/engine.ts';
import { engineSettings } from '../training/settings.ts';
import { requireTrust, whyUntrusted } from '../training/trainCommand.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';

export interface DatasetHandlerDeps {
  engine: Engine;
  datasets: DatasetCatalog;
  catalog: WorkspaceCatalog;
  reader: ExperimentReader;
  /** What to show first, once. */
  takeFocus(): DatasetFocus | undefined;
}

export function createDatasetHandlers(deps: DatasetHandlerDeps): Handlers<DatasetContract> {
  const { engine, datasets } = deps;
  const known = (path: string): string => requireDataset(path, datasets);
  return {
    async datasets() {
      const focus = deps.takeFocus();
      // A search through the workspace takes a while: what is known of shows at once, and the page hears of what comes and goes.
      if (!focus || !datasets.paths.includes(focus.path)) await datasets.refresh();
      return { datasets: datasetNames(datasets), focus, whyNot: whyUntrusted(looking()) };
    },
    openTable: ({ path }, { signal }) => engine.call('openTable', { path: known(path) }, { signal }),
    rows: ({ path, ...request }, { signal }) => engine.call('tableRows', { ...request, path: known(path) }, { signal }),
    row: ({ path, row }, { signal }) => engine.call('tableRow', { path: known(path), row }, { signal }),
    filter: ({ path, filter }, { signal }) => engine.call('filterRows', { path: known(path), filter }, { signal }),
    async describe({ path }, { signal }) {
      const report = await engine.call('describeDataset', { path: known(path) }, { signal });
      datasets.put(path, report);
      return report;
    },
    configs: ({ path }) => configsOf(known(path), deps),
    leaveOut: async ({ path, remedy }, { signal }) => ({
      rows: await leaveOut(known(path), [remedy], { engine, signal }),
    }),
    putBack: ({ path, reason }) => putBack(known(path), reason),
    async previewTokens({ path, text, config }, { signal }) {
      const uses = await configsOf(known(path), deps);
      const use = uses.find((candidate) => candidate.path === config);
      return engine.call('previewTokens', { path, text, config: use?.path }, { signal });
    },
    advise: ({ path }, { signal }) =>
      engine.call('adviseOnDataset', { path: known(path), engine: engineSettings(path) }, { signal }),
    previewSplits: ({ path, splits }, { signal }) =>
      engine.call('previewSplits', { path: known(path), splits }, { signal }),
    writeSplits: ({ path, splits }) => changeSplits(known(path), splits),
    async openRow({ path, row }) {
      const { path: file, line } = await engine.call('tableRow', { path: known(path), row });
      await openPlace({ path: file, line });
    },
    openManifest: ({ path }) => openPlace({ path: known(path) }),
    async newExperiment({ path }) {
      await vscode.commands.executeCommand('gatescope.experiment.fromDataset', vscode.Uri.file(known(path)));
    },
  };
}

/** Throws UserError in Restricted Mode, and where the catalog does not have it. */
function requireDataset(path: string, { paths }: DatasetCatalog): string {
  requireTrust(looking());
  if (paths.includes(path)) return path;
  throw new UserError({
    code: 'dataset.notFound',
    message: vscode.l10n.t('The dataset {0} is no longer there.', path),
    remedy: vscode.l10n.t('Choose another one.'),
  });
}

export function datasetNames({ paths }: DatasetCatalog): DatasetName[] {
  return paths.map((path) => ({
    path,
    title: datasetTitle(path),
    folder: vscode.workspace.asRelativePath(dirname(path)),
  }));
}

const looking = (): string => vscode.l10n.t('Looking at data');
