// The line over a config: Train (or the controls while it trains), Plan, Dashboard, and the number of runs made from it.
import * as vscode from 'vscode';
import type { CommandId } from '../commands/commandTable.ts';
import type { TrainingJob, TrainingQueue } from '../training/trainingQueue.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { isConfig } from './configDiagnostics.ts';

export class ConfigCodeLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #queue: TrainingQueue;
  readonly #catalog: WorkspaceCatalog;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #shownState = '';
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(queue: TrainingQueue, catalog: WorkspaceCatalog) {
    this.#queue = queue;
    this.#catalog = catalog;
    this.#subscriptions = [
      this.#changed,
      queue.onChange(() => this.#onQueueChange()),
      catalog.onChange(() => this.#changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!isConfig(document)) return [];
    const { fsPath } = document.uri;
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (title: string, command: CommandId): vscode.CodeLens =>
      new vscode.CodeLens(top, { title, command, arguments: [document.uri] });
    const job = this.#queue.jobs.find(({ configPath }) => configPath === fsPath);
    const runs = this.#catalog.runs.ofConfig(fsPath).length;
    return [
      ...(job ? controls(job, lens) : [lens(trainTitle(), 'gatescope.training.train')]),
      lens(`$(list-tree) ${vscode.l10n.t('Plan')}`, 'gatescope.experiment.showPlan'),
      lens(`$(graph-line) ${vscode.l10n.t('Dashboard')}`, 'gatescope.dashboard.open'),
      lens(runs === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', runs), 'gatescope.dashboard.open'),
    ];
  }

  /** Progress comes ten times a second; lenses change only when the set of jobs does. */
  #onQueueChange(): void {
    const state = this.#queue.jobs.map((job) => `${job.configPath}:${job.state}:${job.isPaused}`).join('|');
    if (state === this.#shownState) return;
    this.#shownState = state;
    this.#changed.fire();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** In Restricted Mode a click says how to turn training on. */
function trainTitle(): string {
  if (vscode.workspace.isTrusted) return `$(play) ${vscode.l10n.t('Train')}`;
  return `$(shield) ${vscode.l10n.t('Training is off in Restricted Mode')}`;
}

function controls(job: TrainingJob, lens: (title: string, command: CommandId) => vscode.CodeLens): vscode.CodeLens[] {
  const cancel = lens(`$(close) ${vscode.l10n.t('Cancel')}`, 'gatescope.training.cancel');
  if (job.state === 'queued') return [cancel];
  return [
    job.isPaused
      ? lens(`$(debug-continue) ${vscode.l10n.t('Resume')}`, 'gatescope.training.resume')
      : lens(`$(debug-pause) ${vscode.l10n.t('Pause')}`, 'gatescope.training.pause'),
    lens(`$(debug-stop) ${vscode.l10n.t('Stop')}`, 'gatescope.training.stop'),
    cancel,
  ];
}
