// Export Run: a run, a format, a folder; then files that another library reads.
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { WrittenExport } from '../../protocol/engineContract.ts';
import { EXPORT_FORMATS, EXPORT_SUMMARIES, type ExportFormat } from '../../schema/exportFormats.ts';
import { CancelledError } from '../../util/userError.ts';
import { requireTrust } from '../training/trainCommand.ts';
import type { CommandApi, ExportArguments } from './commandApi.ts';
import { type RunActionDeps, requireRun } from './runActions.ts';
import { hasWeights, runFor } from './targets.ts';

const FORMAT_TITLES: Readonly<Record<ExportFormat, string>> = {
  pytorch: 'PyTorch',
  onnx: 'ONNX',
  keras: 'Keras 3',
  safetensors: 'safetensors',
};

export function createExportCommand({ catalog, engine }: RunActionDeps): Pick<CommandApi, 'gatescope.run.export'> {
  return {
    async 'gatescope.run.export'(target) {
      requireTrust(vscode.l10n.t('Export'));
      const given = isExportArguments(target) ? target : undefined;
      const run = given ? requireRun(given.runId, catalog) : await runFor(target, catalog, hasWeights);
      const format = given?.format ?? (await pickFormat(run.manifest.name));
      const folder = given?.folder ?? join(await pickFolder(), `${run.manifest.id}-${format}`);
      const written = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Exporting {0}', run.manifest.name) },
        () => engine.call('exportRun', { runDir: run.dir, format, folder }),
      );
      void announce(written);
      return written;
    },
  };
}

function isExportArguments(value: unknown): value is ExportArguments {
  if (typeof value !== 'object' || value === null || !('format' in value && 'folder' in value && 'runId' in value)) {
    return false;
  }
  const { format, folder, runId } = value;
  return typeof folder === 'string' && typeof runId === 'string' && EXPORT_FORMATS.some((name) => name === format);
}

async function pickFormat(name: string): Promise<ExportFormat> {
  const items = EXPORT_FORMATS.map((format) => ({
    label: FORMAT_TITLES[format],
    detail: EXPORT_SUMMARIES[format],
    format,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Export {0}', name),
    placeHolder: vscode.l10n.t('For which library?'),
    matchOnDetail: true,
  });
  if (!picked) throw new CancelledError();
  return picked.format;
}

async function pickFolder(): Promise<string> {
  const found = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Folder to put the export in'),
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Export Here'),
  });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

/** What was written, and what it cannot carry; the button opens the file to begin with. */
async function announce({ folder, files, losses }: WrittenExport): Promise<void> {
  const open = vscode.l10n.t('Open {0}', files[0]);
  const isText = files[0].endsWith('.py') || files[0].endsWith('.json');
  const reveal = vscode.l10n.t('Show in Folder');
  const text = vscode.l10n.t('Exported to {0}: {1}. {2}', basename(folder), files.join(', '), losses.join(' '));
  const chosen = await vscode.window.showInformationMessage(text, ...(isText ? [open] : []), reveal);
  const first = vscode.Uri.file(join(folder, files[0]));
  if (chosen === open) await vscode.window.showTextDocument(first);
  if (chosen === reveal) await vscode.commands.executeCommand('revealFileInOS', first);
}
