// What a fine-tuning may start from: a finished run, a file of weights of any library, or a folder that holds one.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { CONFIG_FILE } from '../../store/runFolder.ts';
import { CancelledError } from '../../util/userError.ts';
import { configPathOf, type ListedRun } from '../views/runList.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { chooseFileOrFolder } from './chooseFileOrFolder.ts';
import { exists } from './fileCopies.ts';
import { WEIGHT_FILES } from './importCommand.ts';
import { configFor, hasWeights, runItem, runNamedBy } from './targets.ts';

export interface FineTuneSource {
  /** As the config names it. */
  from: string;
  /** Tokens of a file of another library, as the config names them. */
  tokens?: string;
  /** What the new run is called after. */
  name: string;
  /** The config that the new one begins with, and the folder it goes to. */
  text: string;
  path: string;
  folder: string;
}

/** The run that `target` names, or what the user picks. Throws CancelledError when it is nothing. */
export async function fineTuneSource(target: unknown, catalog: WorkspaceCatalog): Promise<FineTuneSource> {
  if (catalog.runs.size === 0) await catalog.refresh();
  const named = runNamedBy(target, catalog, hasWeights);
  if (named) return fromRun(named);
  const file = { label: `$(file-binary) ${vscode.l10n.t('Choose a file or folder…')}`, isFolder: false };
  const runs = catalog.runs.all().filter(hasWeights).map(runItem);
  const picked = await vscode.window.showQuickPick([...runs, file], {
    title: vscode.l10n.t('Fine-Tune'),
    placeHolder: vscode.l10n.t('Which weights to start from?'),
    matchOnDescription: true,
  });
  if (!picked) throw new CancelledError();
  return 'run' in picked ? fromRun(picked.run) : fromFile(catalog);
}

/** The config that a run was made from, or what the run has kept of it. */
async function fromRun(run: ListedRun): Promise<FineTuneSource> {
  const path = configPathOf(run);
  const folder = dirname(dirname(dirname(run.dir)));
  const text = await readFile((await exists(path)) ? path : join(run.dir, CONFIG_FILE), 'utf8');
  return { from: run.manifest.id, name: run.manifest.name, text, path, folder };
}

/** A file says neither data nor how texts are cut: those come from a config that is there. */
async function fromFile(catalog: WorkspaceCatalog): Promise<FineTuneSource> {
  const weights = await chooseFileOrFolder({
    title: vscode.l10n.t('Weights to start from'),
    openLabel: vscode.l10n.t('Choose'),
    filters: { [vscode.l10n.t('Weights')]: WEIGHT_FILES, [vscode.l10n.t('All files')]: ['*'] },
  });
  const path = await configFor(undefined, catalog);
  const folder = dirname(path);
  const tokens = await pickTokens(weights, folder);
  const text = await readFile(path, 'utf8');
  return { from: inConfig(folder, weights), tokens, name: basename(weights), text, path, folder };
}

/** A tokenizer.json beside the file says them by itself. */
async function pickTokens(weights: string, folder: string): Promise<string | undefined> {
  const beside = [join(weights, 'tokenizer.json'), join(dirname(weights), 'tokenizer.json')];
  for (const path of beside) if (await exists(path)) return undefined;
  const tokens = await pick({
    title: vscode.l10n.t('Its tokens: one a line in the order of the embedding’s rows, or JSON'),
  });
  return inConfig(folder, tokens);
}

async function pick(options: vscode.OpenDialogOptions): Promise<string> {
  const found = await vscode.window.showOpenDialog({
    canSelectFiles: true,
    openLabel: vscode.l10n.t('Choose'),
    ...options,
  });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

const inConfig = (folder: string, path: string): string => relative(folder, path).replaceAll('\\', '/');
