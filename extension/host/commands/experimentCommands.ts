// New experiments from templates, and the example projects. Nothing that is there is ever overwritten.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { makeFolder } from '../../store/makeFolder.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { CommandApi, ExampleArguments } from './commandApi.ts';
import { configsIn, copyNewFolder, exists, freePath } from './fileCopies.ts';
import { expandSnippet, templateTitle } from './snippetText.ts';

const CONFIG_SUFFIX = '.gatescope.json';

export interface ExperimentDeps {
  /** Folder with templates/ and examples/. */
  mediaPath: string;
  catalog: WorkspaceCatalog;
}

type ExperimentCommand = 'gatescope.experiment.new' | 'gatescope.experiment.openExample';

export function createExperimentCommands(deps: ExperimentDeps): Pick<CommandApi, ExperimentCommand> {
  return {
    'gatescope.experiment.new': (folder) => newExperiment(folder, deps),
    'gatescope.experiment.openExample': (options) => openExample(isExampleArguments(options) ? options : {}, deps),
  };
}

/** VS Code hands resources to commands of menus; only plain options count. */
function isExampleArguments(value: unknown): value is ExampleArguments {
  return typeof value === 'object' && value !== null && !(value instanceof vscode.Uri);
}

async function newExperiment(target: unknown, { mediaPath, catalog }: ExperimentDeps): Promise<string> {
  const template = await pickTemplate(join(mediaPath, 'templates'));
  const folder = target instanceof vscode.Uri ? target.fsPath : await pickFolder(vscode.l10n.t('Folder of the config'));
  const path = join(folder, `${await askName(folder)}${CONFIG_SUFFIX}`);
  await makeFolder(folder);
  await writeFile(path, expandSnippet(template), { flag: 'wx' });
  catalog.addConfig(path);
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(path));
  const { document } = editor;
  const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  await editor.insertSnippet(new vscode.SnippetString(template), all);
  await document.save();
  return path;
}

async function pickTemplate(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(CONFIG_SUFFIX)).sort();
  const items = await Promise.all(
    names.map(async (name) => {
      const template = await readFile(join(folder, name), 'utf8');
      return { label: basename(name, CONFIG_SUFFIX), detail: templateTitle(template), template };
    }),
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('New Experiment'),
    placeHolder: vscode.l10n.t('What do your texts look like?'),
    matchOnDetail: true,
  });
  if (!picked) throw new CancelledError();
  return picked.template;
}

async function askName(folder: string): Promise<string> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('New Experiment'),
    prompt: vscode.l10n.t('File name, without {0}', CONFIG_SUFFIX),
    value: basename(await freePath(folder, 'experiment', CONFIG_SUFFIX), CONFIG_SUFFIX),
    async validateInput(value) {
      const text = trimName(value);
      if (!/^[^/\\:*?"<>|]+$/.test(text) || text.startsWith('.')) return vscode.l10n.t('Type a file name.');
      const isTaken = await exists(join(folder, `${text}${CONFIG_SUFFIX}`));
      return isTaken ? vscode.l10n.t('There is a file of that name.') : undefined;
    },
  });
  if (name === undefined) throw new CancelledError();
  return trimName(name);
}

const trimName = (value: string): string => value.trim().replace(/\.gatescope(\.json)?$/, '');

/** A folder of the workspace, or one that the user looks for. */
async function pickFolder(title: string): Promise<string> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const items: (vscode.QuickPickItem & { path?: string })[] = [
    ...folders.map(({ name, uri }) => ({ label: `$(folder) ${name}`, description: uri.fsPath, path: uri.fsPath })),
    { label: `$(folder-opened) ${vscode.l10n.t('Another folder…')}` },
  ];
  const picked = folders.length === 0 ? items[0] : await vscode.window.showQuickPick(items, { title });
  if (!picked) throw new CancelledError();
  if (picked.path !== undefined) return picked.path;
  const found = await vscode.window.showOpenDialog({
    title,
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Use This Folder'),
  });
  if (!found?.[0]) throw new CancelledError();
  return found[0].fsPath;
}

async function openExample(options: ExampleArguments, { mediaPath, catalog }: ExperimentDeps): Promise<string> {
  const examples = join(mediaPath, 'examples');
  const example = await chooseExample(examples, options.example);
  const folder = options.folder ?? (await pickFolder(vscode.l10n.t('Folder to put the example project in')));
  const target = await chooseTarget(folder, example);
  if (!(await exists(target))) await copyNewFolder(join(examples, example), target);
  await catalog.refresh();
  await showExample(target, catalog);
  return target;
}

async function chooseExample(examples: string, wanted: string | undefined): Promise<string> {
  const entries = await readdir(examples, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new UserError({ code: 'example.notFound', message: vscode.l10n.t('There is no example "{0}".', wanted) });
  }
  const items = await Promise.all(
    names.sort().map(async (name) => ({ label: name, detail: await firstLine(join(examples, name)) })),
  );
  if (items.length === 1) return items[0].label;
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Open Example Project'),
    matchOnDetail: true,
  });
  if (!picked) throw new CancelledError();
  return picked.label;
}

/** What an example is about: the first comment of its first config. */
async function firstLine(folder: string): Promise<string | undefined> {
  const [config] = await configsIn(folder);
  return config === undefined ? undefined : templateTitle(await readFile(join(folder, config), 'utf8'));
}

/** A folder that is not there yet, or one that is there and the user wants opened as it is. */
async function chooseTarget(folder: string, example: string): Promise<string> {
  const target = join(folder, example);
  if (!(await exists(target))) return target;
  const openIt = vscode.l10n.t('Open It');
  const copy = vscode.l10n.t('Make Another Copy');
  const question = vscode.l10n.t('{0} is already there.', target);
  const answer = await vscode.window.showWarningMessage(question, { modal: true }, openIt, copy);
  if (answer === undefined) throw new CancelledError();
  return answer === copy ? freePath(folder, example) : target;
}

/** In the workspace: the config opens. Elsewhere: the folder does, in this window when it holds none. */
async function showExample(folder: string, catalog: WorkspaceCatalog): Promise<void> {
  const uri = vscode.Uri.file(folder);
  if (!vscode.workspace.workspaceFolders?.length) {
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceReuseWindow: true });
    return;
  }
  const [config] = await configsIn(folder);
  if (config !== undefined) {
    catalog.addConfig(join(folder, config));
    await vscode.window.showTextDocument(vscode.Uri.file(join(folder, config)));
  }
  if (vscode.workspace.getWorkspaceFolder(uri)) return;
  const open = vscode.l10n.t('Open Folder');
  const text = vscode.l10n.t('The example project lies in {0}.', folder);
  void vscode.window.showInformationMessage(text, open).then((answer) => {
    if (answer === open) return vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
    return undefined;
  });
}
