// Preview Data: how the rows of a config's data are understood, as a read-only document.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { DataPreview } from '../../protocol/engineContract.ts';
import { UserError } from '../../util/userError.ts';
import type { ExperimentReader } from '../config/experimentReader.ts';
import type { Engine } from '../training/engine.ts';
import { requireTrust } from '../training/trainCommand.ts';
import { type DataPart, isTreeNode } from '../views/treeItems.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { CommandApi } from './commandApi.ts';
import { previewText } from './previewText.ts';
import type { ReadOnlyDocuments } from './readOnlyDocuments.ts';
import { configFor } from './targets.ts';

const MAX_ROWS = 100;

export interface PreviewDeps {
  engine: Engine;
  catalog: WorkspaceCatalog;
  reader: ExperimentReader;
  documents: ReadOnlyDocuments;
}

export function createPreviewCommand(deps: PreviewDeps): Pick<CommandApi, 'gatescope.data.preview'> {
  return {
    async 'gatescope.data.preview'(target) {
      requireTrust(vscode.l10n.t('Preview'));
      const configPath = await configFor(target, deps.catalog);
      const part = isTreeNode(target) && target.kind === 'dataset' ? target.part : 'train';
      const preview = await readPreview(configPath, part, deps);
      const name = basename(configPath).replace(/\.gatescope\.json$/, '');
      await deps.documents.show(`${name} (${part}).txt`, previewText(preview, part), configPath);
    },
  };
}

async function readPreview(configPath: string, part: DataPart, { engine, reader }: PreviewDeps): Promise<DataPreview> {
  const text = await reader.text(configPath);
  if (text === undefined) {
    throw new UserError({
      code: 'config.notFound',
      message: vscode.l10n.t('{0} is no longer there.', configPath),
    });
  }
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Reading data'), cancellable: true },
    (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const params = { configPath, text, part, maxRows: MAX_ROWS };
      return engine.call('preview', params, { signal: controller.signal });
    },
  );
}
