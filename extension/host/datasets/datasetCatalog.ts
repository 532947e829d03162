// The manifests of the workspace, and what the engine told of them. A report counts as long as its manifest is not changed.
import * as vscode from 'vscode';
import type { DatasetReport } from '../../protocol/datasetReport.ts';
import { DisposableStore } from '../../util/disposable.ts';
import { Emitter } from '../../util/emitter.ts';
import { createCoalesced } from '../views/coalesce.ts';

const MANIFEST_GLOB = '**/*.dataset.json';
const NOT_MANIFESTS = '**/{node_modules,.gatescope}/**';
const MAX_MANIFESTS = 1000;

export class DatasetCatalog implements vscode.Disposable {
  readonly #changed = new Emitter<void>();
  readonly #listed = new Emitter<void>();
  readonly #manifestChanged = new Emitter<string>();
  readonly #owned = new DisposableStore();
  readonly #reports = new Map<string, DatasetReport>();
  #paths: string[] = [];

  readonly refresh = createCoalesced(() => this.#scan());

  constructor(log: vscode.LogOutputChannel) {
    const scan = (): void => void this.refresh().catch((error: unknown) => log.error(String(error)));
    const watcher = this.#owned.add(vscode.workspace.createFileSystemWatcher(MANIFEST_GLOB));
    this.#owned.add(watcher.onDidCreate(scan));
    this.#owned.add(watcher.onDidDelete(scan));
    this.#owned.add(watcher.onDidChange(({ fsPath }) => this.forget(fsPath)));
    this.#owned.add(vscode.workspace.onDidChangeWorkspaceFolders(scan));
  }

  /** Absolute paths of manifests, sorted. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  onChange(listener: () => void): vscode.Disposable {
    return this.#changed.on(listener);
  }

  /** Fires when datasets came or went. */
  onList(listener: () => void): vscode.Disposable {
    return this.#listed.on(listener);
  }

  /** Fires with the path of a manifest that may say something else now. */
  onManifest(listener: (path: string) => void): vscode.Disposable {
    return this.#manifestChanged.on(listener);
  }

  report(path: string): DatasetReport | undefined {
    return this.#reports.get(path);
  }

  put(path: string, report: DatasetReport): void {
    this.#reports.set(path, report);
    if (!this.#paths.includes(path)) this.#paths = [...this.#paths, path].sort();
    this.#changed.fire();
  }

  forget(path: string): void {
    this.#reports.delete(path);
    this.#changed.fire();
    this.#manifestChanged.fire(path);
  }

  async #scan(): Promise<void> {
    const found = await vscode.workspace.findFiles(MANIFEST_GLOB, NOT_MANIFESTS, MAX_MANIFESTS);
    this.#paths = found
      .filter(({ scheme }) => scheme === 'file')
      .map(({ fsPath }) => fsPath)
      .sort();
    for (const path of this.#reports.keys()) if (!this.#paths.includes(path)) this.#reports.delete(path);
    this.#changed.fire();
    this.#listed.fire();
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
