// Completion in configs and manifests: what config/complete offers, with what this window knows of runs and the engine of files.
import { stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import * as vscode from 'vscode';
import { completeConfig } from '../../config/complete/completeConfig.ts';
import type { Completion, CompletionKind, CompletionSources, OfferedRun } from '../../config/complete/completion.ts';
import type { ColumnsRequest, OfferedColumn } from '../../protocol/columns.ts';
import { hasWeights } from '../commands/targets.ts';
import type { Engine } from '../training/engine.ts';
import { durationOf } from '../views/runList.ts';
import { runDescription } from '../views/runText.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { createProbe } from './checkConfig.ts';
import { KnownLabels } from './knownLabels.ts';

const KINDS: Readonly<Record<CompletionKind, vscode.CompletionItemKind>> = {
  dataset: vscode.CompletionItemKind.Module,
  file: vscode.CompletionItemKind.File,
  folder: vscode.CompletionItemKind.Folder,
  column: vscode.CompletionItemKind.Field,
  run: vscode.CompletionItemKind.Reference,
  group: vscode.CompletionItemKind.Class,
  parameter: vscode.CompletionItemKind.Variable,
  label: vscode.CompletionItemKind.EnumMember,
};

export interface CompletionDeps {
  engine: Pick<Engine, 'call'>;
  catalog: WorkspaceCatalog;
}

type Complete = (text: string, offset: number, sources: CompletionSources) => ReturnType<typeof completeConfig>;

export class ConfigCompletion implements vscode.CompletionItemProvider {
  static readonly triggers = ['"', '/', ':'];
  readonly #deps: CompletionDeps;
  readonly #complete: Complete;
  readonly #labels: KnownLabels;
  /** Columns by file, as long as it is not changed. */
  readonly #columns = new Map<string, { stamp: string; columns: Promise<OfferedColumn[]> }>();

  constructor(deps: CompletionDeps, complete: Complete = completeConfig) {
    this.#deps = deps;
    this.#complete = complete;
    this.#labels = new KnownLabels(deps);
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionList | undefined> {
    const text = document.getText();
    const found = await this.#complete(text, document.offsetAt(position), this.#sources(document.uri.fsPath));
    if (!found || document.isClosed) return undefined;
    const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
    const items = found.items.map((item, index) => toItem(item, { index, range, isQuoted: text[found.start] === '"' }));
    // Paths are offered folder by folder: another letter may ask for other ones.
    return new vscode.CompletionList(
      items,
      found.items.some(({ kind }) => kind === 'file' || kind === 'folder'),
    );
  }

  #sources(path: string): CompletionSources {
    const folder = dirname(path);
    return {
      probe: createProbe(path),
      runs: async () => this.#runs(folder),
      columns: ({ path: file, ...source }) => this.#columnsOf({ path: resolve(folder, file), ...source }),
      labels: () => this.#labels.of(path),
    };
  }

  /** Those beside the config first, each newest first. */
  #runs(folder: string): OfferedRun[] {
    const runs = this.#deps.catalog.runs.all().filter(hasWeights);
    const offered = runs.map((run): OfferedRun => {
      const { id, name } = run.manifest;
      const isBeside = resolve(folder, '.gatescope', 'runs', id) === run.dir;
      const path = isBeside ? undefined : relative(folder, run.dir).replaceAll('\\', '/');
      return { id, name, path, detail: runDescription(run.manifest, durationOf(run, Date.now())) };
    });
    return [...offered.filter(({ path }) => path === undefined), ...offered.filter(({ path }) => path !== undefined)];
  }

  async #columnsOf(request: ColumnsRequest): Promise<OfferedColumn[]> {
    if (!vscode.workspace.isTrusted) return [];
    const stats = await stat(request.path).catch(() => undefined);
    if (!stats?.isFile()) return [];
    const key = JSON.stringify(request);
    const stamp = `${stats.mtimeMs} ${stats.size}`;
    const known = this.#columns.get(key);
    if (known?.stamp === stamp) return known.columns;
    const columns = this.#deps.engine.call('columns', request);
    this.#columns.set(key, { stamp, columns });
    columns.catch(() => this.#columns.delete(key));
    return columns;
  }
}

function toItem(
  { kind, label, detail, documentation, text, selected, also = label, goesOn }: Completion,
  { index, range, isQuoted }: { index: number; range: vscode.Range; isQuoted: boolean },
): vscode.CompletionItem {
  const item = new vscode.CompletionItem({ label, description: detail }, KINDS[kind]);
  item.documentation = documentation;
  item.range = range;
  // What is typed is compared with the text that it would replace, whose first character is a quote or is not.
  const names = also === label ? label : `${label} ${also}`;
  item.filterText = isQuoted ? `"${names}"` : names;
  // Before the empty text that the schema offers, which sorts by its quote.
  item.sortText = `!${String(index).padStart(5, '0')}`;
  item.insertText = selected ? snippet(text, selected) : text;
  if (goesOn) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}

function snippet(text: string, { start, end }: { start: number; end: number }): vscode.SnippetString {
  const words = new vscode.SnippetString();
  words.appendText(text.slice(0, start));
  if (start === end) words.appendTabstop(0);
  else words.appendPlaceholder(text.slice(start, end));
  return words.appendText(text.slice(end));
}
