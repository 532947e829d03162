// Keeps the context keys that when-clauses read in step with what is so. A key is sent only when it changes.
import * as vscode from 'vscode';
import { isActive } from '../../schema/run.ts';
import { CONTEXT, type ContextKey } from '../manifest/ids.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import type { TrainingQueue } from './trainingQueue.ts';

export function keepContextKeys(queue: TrainingQueue, catalog: WorkspaceCatalog): vscode.Disposable {
  const known = new Map<ContextKey, boolean>();
  const set = (key: ContextKey, value: boolean): void => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = (): void => {
    set(CONTEXT.trainingActive, queue.jobs.length > 0);
    set(CONTEXT.trainingPaused, queue.active?.isPaused ?? false);
    set(CONTEXT.runsExist, catalog.runs.size > 0);
    set(CONTEXT.experimentsExist, catalog.configPaths.length > 0);
    set(
      CONTEXT.trainingFinished,
      catalog.runs.all().some(({ manifest }) => !isActive(manifest.status)),
    );
  };
  update();
  return vscode.Disposable.from(queue.onChange(update), catalog.onChange(update));
}
