// The one status bar item: shown while something trains; a click opens the dashboard, its tooltip has the controls.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../commands/commandTable.ts';
import { createThrottled } from '../views/coalesce.ts';
import { statusText } from './statusText.ts';
import type { TrainingQueue } from './trainingQueue.ts';

const INTERVAL_MS = 250;

export function createTrainingStatusBar(queue: TrainingQueue): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('gatescope.training', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Gatescope Training');
  item.command = 'gatescope.dashboard.open' satisfies CommandId;
  let tooltipKey = '';
  const throttled = createThrottled(() => {
    const job = queue.active;
    if (!job) {
      item.hide();
      return;
    }
    const { text, spoken } = statusText(job, queue.jobs.length - 1);
    item.text = text;
    item.accessibilityInformation = { label: spoken, role: 'button' };
    // A tooltip that is set again closes while it is read.
    const key = `${job.configPath}|${job.isPaused}`;
    if (key !== tooltipKey) item.tooltip = tooltip(job.configPath, job.isPaused);
    tooltipKey = key;
    item.show();
  }, INTERVAL_MS);
  return vscode.Disposable.from(
    item,
    throttled,
    queue.onChange(() => throttled.request()),
  );
}

function tooltip(configPath: string, isPaused: boolean): vscode.MarkdownString {
  const pause: [string, CommandId] = isPaused
    ? [vscode.l10n.t('Resume'), 'gatescope.training.resume']
    : [vscode.l10n.t('Pause'), 'gatescope.training.pause'];
  const commands: [string, CommandId][] = [
    pause,
    [vscode.l10n.t('Stop and Keep'), 'gatescope.training.stop'],
    [vscode.l10n.t('Cancel'), 'gatescope.training.cancel'],
  ];
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: commands.map(([, id]) => id) };
  text.appendText(basename(configPath));
  text.appendMarkdown(`\n\n${commands.map(([title, id]) => `[${title}](command:${id})`).join(' · ')}`);
  return text;
}
