// After the first run of a folder under git: offers to keep runs out of commits. Never asked twice in a window, never when the user said so.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { runsDirOf } from '../../store/runStore.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { hasGatescopeRule, withGatescopeRule } from './gitignore.ts';
import { readSetting } from './settings.ts';

export interface OfferDeps {
  catalog: WorkspaceCatalog;
  log: vscode.LogOutputChannel;
}

const offered = new Set<string>();

/** Never rejects: a failed offer is no reason to disturb. */
export async function offerGitignore(configPath: string, { catalog, log }: OfferDeps): Promise<void> {
  try {
    if (!readSetting('gitignore.offer', configPath)) return;
    const runsDir = runsDirOf(configPath);
    const isFirst = catalog.runs.all().filter(({ dir }) => dirname(dir) === runsDir).length === 1;
    if (!isFirst) return;
    const root = await gitRootOf(dirname(configPath));
    if (root === undefined || offered.has(root)) return;
    const file = join(root, '.gitignore');
    if (hasGatescopeRule(await readOrEmpty(file))) return;
    offered.add(root);
    await ask(file);
  } catch (error) {
    log.warn(`.gitignore was left as it is: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function ask(file: string): Promise<void> {
  const add = vscode.l10n.t('Add');
  const never = vscode.l10n.t('Never Ask');
  const question = vscode.l10n.t('Runs lie in .gatescope/. Add it to .gitignore?');
  const answer = await vscode.window.showInformationMessage(question, add, never);
  if (answer === never) {
    const settings = vscode.workspace.getConfiguration('gatescope');
    await settings.update('gitignore.offer', false, vscode.ConfigurationTarget.Global);
  }
  if (answer !== add) return;
  const text = await readOrEmpty(file);
  if (!hasGatescopeRule(text)) await writeFile(file, withGatescopeRule(text));
}

/** The nearest folder upwards that holds `.git`. */
async function gitRootOf(folder: string): Promise<string | undefined> {
  for (let dir = folder; ; dir = dirname(dir)) {
    const isRoot = await stat(join(dir, '.git')).then(
      () => true,
      () => false,
    );
    if (isRoot) return dir;
    if (dirname(dir) === dir) return undefined;
  }
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
