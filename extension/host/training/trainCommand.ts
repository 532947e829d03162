// From "Train was pressed" to the end of the run: trust, save, check, queue, then say how it ended.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { TrainOutcome, TrainRequest } from '../../protocol/engineContract.ts';
import { UserError, withRemedy } from '../../util/userError.ts';
import { CONFIG_INVALID, UNTRUSTED } from '../commands/errorActions.ts';
import type { ConfigDiagnostics } from '../config/configDiagnostics.ts';
import { openDocument } from '../config/experimentReader.ts';
import type { WorkspaceCatalog } from '../views/workspaceCatalog.ts';
import { announceEnd } from './announceEnd.ts';
import { confirmSecondRun } from './confirmSecondRun.ts';
import { offerGitignore } from './gitignoreOffer.ts';
import { readSetting } from './settings.ts';
import type { TrainingQueue } from './trainingQueue.ts';

export interface TrainingDeps {
  queue: TrainingQueue;
  catalog: WorkspaceCatalog;
  diagnostics: ConfigDiagnostics;
  log: vscode.LogOutputChannel;
  /** Shows the dashboard; with a run, shows that one first. */
  openDashboard(runId?: string): void;
}

/** Throws a UserError in Restricted Mode. `doing` ends the sentence "… is off". */
export function requireTrust(doing = vscode.l10n.t('Training')): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError({
    code: UNTRUSTED,
    message: vscode.l10n.t('{0} is off because this folder is in Restricted Mode.', doing),
    remedy: vscode.l10n.t('Trust the folder to turn it on: a config can name any file that you may read.'),
  });
}

/** Why something is off in Restricted Mode, in words for a page; undefined where it is on. */
export function whyUntrusted(doing?: string): string | undefined {
  try {
    requireTrust(doing);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return withRemedy(error.message, error.remedy);
  }
}

/** Settles when the run has ended. */
export async function trainConfig(configPath: string, deps: TrainingDeps): Promise<TrainOutcome> {
  requireTrust();
  await saveDocument(configPath);
  await requireValid(configPath, deps.diagnostics);
  deps.catalog.addConfig(configPath);
  await deps.catalog.refresh();
  await confirmSecondRun(configPath, deps.catalog.runs.ofConfig(configPath));
  return trainQueued({ configPath }, deps);
}

/** Waits for its turn and trains; settles when the run has ended. */
export async function trainQueued(request: Omit<TrainRequest, 'engine'>, deps: TrainingDeps): Promise<TrainOutcome> {
  const { configPath } = request;
  if (deps.queue.jobs.length > 0) {
    const name = basename(configPath);
    vscode.window.setStatusBarMessage(
      vscode.l10n.t('Gatescope: {0} trains when the run before it has ended', name),
      5000,
    );
  }
  const opening = openWhenStarted(configPath, deps);
  try {
    const outcome = await deps.queue.train({
      ...request,
      engine: {
        backend: readSetting('engine.backend', configPath),
        threads: readSetting('engine.threads', configPath),
      },
    });
    deps.catalog.put({ dir: outcome.runDir, manifest: outcome.manifest });
    announceEnd(outcome, deps);
    void offerGitignore(configPath, deps);
    return outcome;
  } finally {
    opening.dispose();
    await deps.catalog.refresh();
  }
}

/** Opens the dashboard once the run has a folder, where the settings say so. */
function openWhenStarted(configPath: string, { queue, openDashboard }: TrainingDeps): vscode.Disposable {
  const subscription = queue.onChange(() => {
    const job = queue.active;
    if (job?.configPath !== configPath || job.runId === undefined) return;
    subscription.dispose();
    if (readSetting('dashboard.openOnTrain', configPath)) openDashboard(job.runId);
  });
  return subscription;
}

async function saveDocument(configPath: string): Promise<void> {
  const document = openDocument(configPath);
  if (!document?.isDirty || (await document.save())) return;
  throw new UserError({
    code: 'config.notSaved',
    message: vscode.l10n.t('{0} could not be saved.', basename(configPath)),
    remedy: vscode.l10n.t('Training reads the config from disk: save it, then train.'),
    place: { path: configPath },
  });
}

async function requireValid(configPath: string, diagnostics: ConfigDiagnostics): Promise<void> {
  const document = await vscode.workspace.openTextDocument(configPath);
  const errors = (await diagnostics.check(document)).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const [first] = errors;
  const { line, character } = document.positionAt(first.start);
  const more = errors.length - 1;
  throw new UserError({
    code: CONFIG_INVALID,
    message: vscode.l10n.t('{0}, line {1}: {2}', basename(configPath), line + 1, first.message),
    remedy: more > 0 ? vscode.l10n.t('{0} more in the Problems panel.', more) : undefined,
    place: { path: configPath, line: line + 1, column: character + 1 },
  });
}
