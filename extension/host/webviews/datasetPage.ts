// The dataset panel: one dataset at a time; another one takes its place in the same panel.
import * as vscode from 'vscode';
import type { DatasetContract, DatasetFocus } from '../../protocol/datasetContract.ts';
import { DATASET_VIEW_TYPE } from '../manifest/ids.ts';
import { createDatasetHandlers, type DatasetHandlerDeps, datasetNames } from './datasetHandlers.ts';
import { checkDatasetParams } from './datasetParams.ts';
import { PagePanel } from './pagePanel.ts';

export interface DatasetPageDeps extends Omit<DatasetHandlerDeps, 'takeFocus'> {
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
}

export class DatasetPage implements vscode.Disposable {
  readonly #panel: PagePanel<DatasetContract>;
  readonly #subscriptions: vscode.Disposable[];

  constructor(deps: DatasetPageDeps) {
    const { extensionUri, log, datasets, engine } = deps;
    const panel = new PagePanel<DatasetContract>({
      page: 'dataset',
      viewType: DATASET_VIEW_TYPE,
      title: vscode.l10n.t('Gatescope Dataset'),
      extensionUri,
      log,
      checkParams: checkDatasetParams,
      createHandlers: (takeFocus) => createDatasetHandlers({ ...deps, takeFocus }),
    });
    this.#panel = panel;
    this.#subscriptions = [
      datasets.onList(() => panel.send('datasetsChanged', () => datasetNames(datasets))),
      datasets.onManifest((path) => panel.send('manifestChanged', () => ({ path }))),
      engine.on('counting', (event) => panel.send('counting', () => event)),
      engine.on('filtering', (event) => panel.send('filtering', () => event)),
      engine.on('looking', (event) => panel.send('looking', () => event)),
    ];
  }

  /** Shows the panel, and in it a dataset. The view or editor keeps the keyboard focus when `preserveFocus` is set. */
  open(focus: DatasetFocus, preserveFocus = false): void {
    this.#panel.open(focus, preserveFocus);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel.dispose();
  }
}
