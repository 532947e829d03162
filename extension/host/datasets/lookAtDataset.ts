// Asks the engine for what is in a dataset, with progress and cancel.
import * as vscode from 'vscode';
import type { DatasetReport } from '../../protocol/datasetReport.ts';
import type { Engine } from '../training/engine.ts';
import type { DatasetCatalog } from './datasetCatalog.ts';

export interface DatasetDeps {
  engine: Engine;
  datasets: DatasetCatalog;
}

/** Runs a call that looks at rows behind a notification with a bar and a button to cancel. */
export function whileLooking<T>(title: string, engine: Engine, call: (signal: AbortSignal) => Promise<T>): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let done = 0;
      const subscription = engine.on('looking', ({ fraction }) => {
        progress.report({ increment: Math.max(0, fraction - done) * 100 });
        done = Math.max(done, fraction);
      });
      try {
        return await call(controller.signal);
      } finally {
        subscription.dispose();
      }
    },
  );
}

/** The report of a dataset: the one that is known, or a new one. */
export async function reportOf(path: string, { engine, datasets }: DatasetDeps): Promise<DatasetReport> {
  const known = datasets.report(path);
  if (known) return known;
  const report = await engine.call('describeDataset', { path });
  datasets.put(path, report);
  return report;
}
