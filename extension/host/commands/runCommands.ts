// Commands on runs that are there: rename, note, delete, open, look at mistakes.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Misclassified } from '../../schema/run.ts';
import { CancelledError } from '../../util/userError.ts';
import { formatPercent } from '../training/duration.ts';
import type { ListedRun } from '../views/runList.ts';
import { isTreeNode } from '../views/treeItems.ts';
import type { CommandApi } from './commandApi.ts';
import { reportError } from './reportError.ts';
import {
  changeRun,
  deleteRuns,
  misclassifiedOf,
  openExample,
  openRunConfig,
  type RunActionDeps,
  revealRunFolder,
} from './runActions.ts';
import { isEnded, runFor } from './targets.ts';

type RunCommand = Exclude<
  Extract<keyof CommandApi, `gatescope.run.${string}`>,
  | 'gatescope.run.predict'
  | 'gatescope.run.generate'
  | 'gatescope.run.resume'
  | 'gatescope.run.fineTune'
  | 'gatescope.run.export'
  | 'gatescope.run.import'
  | 'gatescope.run.compareConfigs'
>;

export function createRunCommands(deps: RunActionDeps, log: vscode.LogOutputChannel): Pick<CommandApi, RunCommand> {
  const { catalog } = deps;
  const any = (): boolean => true;
  return {
    async 'gatescope.run.rename'(target, name) {
      const run = await runFor(target, catalog, any);
      const text = name ?? (await ask(vscode.l10n.t('Name of the run'), run.manifest.name));
      await changeRun(run, { name: text }, catalog);
      return text.trim();
    },
    async 'gatescope.run.note'(target, note) {
      const run = await runFor(target, catalog, any);
      const text = note ?? (await ask(vscode.l10n.t('Note on {0}', run.manifest.name), run.manifest.note));
      await changeRun(run, { note: text }, catalog);
      return text;
    },
    async 'gatescope.run.delete'(target, selected) {
      const nodes = Array.isArray(selected) && selected.length > 1 ? selected.filter(isTreeNode) : [target];
      const runs = await Promise.all(nodes.map((node) => runFor(node, catalog, isEnded)));
      return deleteRuns(runs, catalog);
    },
    async 'gatescope.run.openConfig'(target) {
      await openRunConfig(await runFor(target, catalog, any));
    },
    async 'gatescope.run.reveal'(target) {
      await revealRunFolder(await runFor(target, catalog, any));
    },
    async 'gatescope.run.showMisclassified'(target) {
      return showMisclassified(await runFor(target, catalog, hasClasses), log);
    },
  };
}

const hasClasses = ({ manifest }: ListedRun): boolean =>
  manifest.task === 'classification' && (manifest.status === 'completed' || manifest.status === 'stopped');

async function ask(prompt: string, value: string): Promise<string> {
  const text = await vscode.window.showInputBox({ prompt, value });
  if (text === undefined) throw new CancelledError();
  return text;
}

/** Returns once the list is shown; a pick opens the row's file and leaves the list to be called again. */
async function showMisclassified(run: ListedRun, log: vscode.LogOutputChannel): Promise<number> {
  const examples = await misclassifiedOf(run);
  if (examples.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no misclassified examples.', run.manifest.name));
    return 0;
  }
  const pick = vscode.window.createQuickPick<ReturnType<typeof exampleItem>>();
  pick.title = vscode.l10n.t('Misclassified by {0}, the surest first', run.manifest.name);
  pick.placeholder = vscode.l10n.t('Type to filter; Enter opens the row');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = examples.map(exampleItem);
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems;
    pick.hide();
    if (item) openExample(run, item.example).catch((error: unknown) => reportError(error, log));
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
  return examples.length;
}

function exampleItem(example: Misclassified): vscode.QuickPickItem & { example: Misclassified } {
  return {
    label: example.text.replace(/\s+/g, ' ').slice(0, 200),
    description: `${basename(example.path)}:${example.line}`,
    detail: vscode.l10n.t(
      '{0} taken for {1} ({2})',
      example.label,
      example.predicted,
      formatPercent(example.probability),
    ),
    example,
  };
}
