// Compares the configs of two runs side by side. Both are as they were trained, with every default, so that only what differs is marked.
import { join } from 'node:path';
import * as vscode from 'vscode';
import { CONFIG_FILE } from '../../store/runFolder.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { ListedRun } from '../views/runList.ts';
import { isTreeNode } from '../views/treeItems.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { CommandApi } from './commandApi.ts';
import { runItem, runNamedBy } from './targets.ts';

type Compare = Pick<CommandApi, 'gatescope.run.compareConfigs'>;

export function createCompareConfigsCommand({ catalog }: { catalog: WorkspaceCatalog }): Compare {
  return {
    async 'gatescope.run.compareConfigs'(target, selected) {
      const [before, after] = await twoRuns([target, ...(Array.isArray(selected) ? selected : [])], catalog);
      const uriOf = ({ dir }: ListedRun): vscode.Uri => vscode.Uri.file(join(dir, CONFIG_FILE));
      const title = vscode.l10n.t('{0} ↔ {1} (configs)', before.manifest.name, after.manifest.name);
      await vscode.commands.executeCommand('vscode.diff', uriOf(before), uriOf(after), title);
      return [before.manifest.id, after.manifest.id];
    },
  };
}

/** The older one first. What is not selected is picked from a list. Throws CancelledError, and UserError where there are no two runs. */
async function twoRuns(targets: readonly unknown[], catalog: WorkspaceCatalog): Promise<[ListedRun, ListedRun]> {
  if (catalog.runs.size === 0) await catalog.refresh();
  const named = targets
    .filter((target) => typeof target === 'string' || (isTreeNode(target) && target.kind === 'run'))
    .map((target) => runNamedBy(target, catalog, () => true))
    .filter((run) => run !== undefined);
  const chosen = [...new Map(named.map((run) => [run.manifest.id, run])).values()];
  if (chosen.length > 2) throw tooMany(chosen.length);
  while (chosen.length < 2) chosen.push(await pickOther(chosen, catalog));
  const [first, second] = chosen;
  return first.manifest.startedAt <= second.manifest.startedAt ? [first, second] : [second, first];
}

async function pickOther(chosen: readonly ListedRun[], catalog: WorkspaceCatalog): Promise<ListedRun> {
  const rest = catalog.runs.all().filter((run) => !chosen.includes(run));
  if (rest.length + chosen.length < 2) throw tooFew();
  const picked = await vscode.window.showQuickPick(rest.map(runItem), {
    title: vscode.l10n.t('Compare Configs of Two Runs'),
    placeHolder: chosen.length === 0 ? vscode.l10n.t('The first run') : vscode.l10n.t('The run to compare it with'),
    matchOnDescription: true,
  });
  if (!picked) throw new CancelledError();
  return picked.run;
}

function tooFew(): UserError {
  return new UserError({
    code: 'run.tooFew',
    message: vscode.l10n.t('There are no two runs to compare yet.'),
    remedy: vscode.l10n.t('Train once more, with another value.'),
  });
}

function tooMany(count: number): UserError {
  return new UserError({
    code: 'run.tooMany',
    message: vscode.l10n.t('{0} runs are selected.', count),
    remedy: vscode.l10n.t('Select two; the dashboard compares the curves of more.'),
  });
}
