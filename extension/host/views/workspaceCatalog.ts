// What the workspace holds: experiments (configs) and runs, kept up to date from the engine's events and from the disk.
// The one place that knows where runs lie; views, commands and the dashboard ask it.
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/dashboardContract.ts';
import { isActive } from '../../schema/run.ts';
import { findRunsDirs, listRuns, runsDirOf } from '../../store/runStore.ts';
import { DisposableStore } from '../../util/disposable.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Engine } from '../training/engine.ts';
import { createCoalesced, createThrottled } from './coalesce.ts';
import { type ListedRun, RunList } from './runList.ts';
import { RunsWatcher } from './runsWatcher.ts';

export const CONFIG_GLOB = '**/*.gatescope.json';
const NOT_CONFIGS = '**/{node_modules,.gatescope}/**';
const MAX_CONFIGS = 1000;
const RUN_CHANGES_MS = 250;

export class WorkspaceCatalog implements vscode.Disposable {
  readonly runs = new RunList();
  /** Configs and runs: what there is, or what they are. */
  readonly #changed = new Emitter<void>();
  /** Short epochs change a run many times a second, and all views listen. */
  readonly #runChanged = createThrottled(() => this.#changed.fire(), RUN_CHANGES_MS);
  /** How far the run is that trains. */
  readonly #progressed = new Emitter<void>();
  readonly #owned = new DisposableStore();
  readonly #watcher: RunsWatcher;
  readonly #log: vscode.LogOutputChannel;
  #configPaths: string[] = [];
  /** What changed while a scan reads the disk: newer than what the scan may have read. */
  #changedDuringScan: ListedRun[] = [];

  /** Looks through the workspace again: configs, then their runs. */
  readonly refresh = createCoalesced(() => this.#scan());

  constructor(engine: Engine, log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#watcher = this.#owned.add(new RunsWatcher(() => this.#refreshInBackground()));
    this.#owned.add(engine.on('manifest', ({ runDir, manifest }) => this.put({ dir: runDir, manifest })));
    this.#owned.add(engine.on('started', () => this.#refreshInBackground()));
    this.#owned.add(
      engine.on('progress', (progress) => {
        this.runs.putProgress(progress);
        this.#progressed.fire();
      }),
    );
    const configs = this.#owned.add(vscode.workspace.createFileSystemWatcher(CONFIG_GLOB, false, true, false));
    this.#owned.add(configs.onDidCreate(() => this.#refreshInBackground()));
    this.#owned.add(configs.onDidDelete(() => this.#refreshInBackground()));
    this.#owned.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#refreshInBackground()));
    this.#owned.add(vscode.window.onDidChangeWindowState(({ focused }) => focused && this.#refreshInBackground()));
    this.#owned.add(vscode.workspace.onDidSaveTextDocument((document) => this.#onSaved(document)));
  }

  /** Absolute paths, sorted. */
  get configPaths(): readonly string[] {
    return this.#configPaths;
  }

  onChange(listener: () => void): vscode.Disposable {
    return this.#changed.on(listener);
  }

  onProgress(listener: () => void): vscode.Disposable {
    return this.#progressed.on(listener);
  }

  /** Takes over a run that changed, without a look at the disk. */
  put(run: ListedRun): void {
    this.runs.put(run);
    this.#changedDuringScan.push(run);
    this.#runChanged.request();
  }

  summaries(): RunSummary[] {
    return this.runs.summaries(Date.now());
  }

  /** A config that lies outside the workspace and was trained here: its runs are listed too. */
  addConfig(configPath: string): void {
    if (this.#configPaths.includes(configPath)) return;
    this.#configPaths = [...this.#configPaths, configPath].sort();
    this.#changed.fire();
  }

  #onSaved(document: vscode.TextDocument): void {
    if (document.uri.scheme !== 'file' || !document.fileName.endsWith('.gatescope.json')) return;
    if (!this.#configPaths.includes(document.fileName)) this.addConfig(document.fileName);
    else this.#changed.fire();
  }

  #refreshInBackground(): void {
    this.refresh().catch((error: unknown) => this.#log.error(error instanceof Error ? error : String(error)));
  }

  async #scan(): Promise<void> {
    const found = await vscode.workspace.findFiles(CONFIG_GLOB, NOT_CONFIGS, MAX_CONFIGS);
    const inWorkspace = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
    const elsewhere = this.#configPaths.filter((path) => !vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path)));
    this.#configPaths = [...new Set([...inWorkspace, ...(await existing(elsewhere))])].sort();
    const runsDirs = await this.#runsDirs();
    this.#changedDuringScan = [];
    const runs = (await Promise.all(runsDirs.map(listRuns))).flat();
    const leftOut = this.runs.replaceAll(await Promise.all(runs.map(withChangeTime)));
    for (const run of this.#changedDuringScan.splice(0)) this.runs.put(run);
    for (const dir of leftOut) this.#log.warn(`${dir} is not listed: another run has the id ${basename(dir)}.`);
    const watched = runs.filter(({ manifest }) => isActive(manifest.status)).map(({ dir }) => dir);
    this.#watcher.watch(runsDirs, watched);
    this.#changed.fire();
  }

  async #runsDirs(): Promise<string[]> {
    const roots = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const found = await Promise.all(roots.map(({ uri }) => findRunsDirs(uri.fsPath)));
    return [...new Set([...this.#configPaths.map(runsDirOf), ...found.flat()])].sort();
  }

  dispose(): void {
    this.#owned.dispose();
    this.#runChanged.dispose();
  }
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const isThere = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => isThere[index]);
}

async function withChangeTime(run: ListedRun): Promise<ListedRun> {
  if (run.manifest.status !== 'crashed') return run;
  const changed = await stat(join(run.dir, 'metrics.jsonl')).catch(() => undefined);
  return { ...run, changedAtMs: changed?.mtimeMs };
}
