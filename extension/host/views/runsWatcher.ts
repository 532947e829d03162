// Sees runs that other windows and terminals make. `.gatescope` is left out of the recursive watcher of the workspace
// (files.watcherExclude), so each runs folder, and each run that is active, has a small watcher of its own.
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';

/** A run's folder is there a moment before its run.json. */
const SECOND_LOOK_MS = 1000;

export class RunsWatcher implements vscode.Disposable {
  readonly #watchers = new Map<string, vscode.Disposable>();
  readonly #onChange: () => void;
  #secondLook: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** From now on exactly these are watched: folders for what comes and goes in them, active runs for their run.json. */
  watch(runsDirs: readonly string[], activeRunDirs: readonly string[]): void {
    const wanted = new Map<string, vscode.RelativePattern>();
    const want = (dir: string, pattern: string): void =>
      void wanted.set(`${dir}|${pattern}`, new vscode.RelativePattern(vscode.Uri.file(dir), pattern));
    for (const dir of runsDirs) {
      want(dir, '*');
      want(dirname(dirname(dir)), '.gatescope');
      want(dirname(dir), basename(dir));
    }
    for (const dir of activeRunDirs) want(dir, 'run.json');
    for (const [key, watcher] of this.#watchers) {
      if (wanted.has(key)) continue;
      watcher.dispose();
      this.#watchers.delete(key);
    }
    for (const [key, pattern] of wanted) {
      if (!this.#watchers.has(key)) this.#watchers.set(key, this.#create(pattern));
    }
  }

  #create(pattern: vscode.RelativePattern): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(() => this.#onCreate()),
      watcher.onDidChange(this.#onChange),
      watcher.onDidDelete(this.#onChange),
    );
  }

  #onCreate(): void {
    this.#onChange();
    clearTimeout(this.#secondLook);
    this.#secondLook = setTimeout(this.#onChange, SECOND_LOOK_MS);
  }

  dispose(): void {
    clearTimeout(this.#secondLook);
    for (const watcher of this.#watchers.values()) watcher.dispose();
    this.#watchers.clear();
  }
}
