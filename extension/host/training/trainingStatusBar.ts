// The one status bar item: shown from the first run of the window on. A click opens the dashboard; its tooltip has the controls of what
// trains, and says what computes.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../commands/commandTable.ts';
import { createThrottled } from '../views/coalesce.ts';
import { computesLines, IDLE_TEXT, statusText } from './statusText.ts';
import type { TrainingJob, TrainingQueue } from './trainingQueue.ts';

// A hover opens half a second after the pointer came, and a change of the text closes it: not more often than this.
const INTERVAL_MS = 1000;

type Shown = Pick<TrainingJob, 'configPath' | 'isPaused' | 'backend'> & { isActive: boolean };

export function createTrainingStatusBar(queue: TrainingQueue): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('gatescope.training', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Gatescope Training');
  item.command = 'gatescope.dashboard.open' satisfies CommandId;
  let tooltipKey = '';
  let shown: Shown | undefined;
  const throttled = createThrottled(() => {
    const job = queue.active;
    if (job) shown = { ...job, isActive: true };
    else if (shown) shown = { ...shown, isActive: false };
    if (!shown) return;
    const { text, spoken } = job ? statusText(job, queue.jobs.length - 1) : IDLE_TEXT;
    item.text = text;
    item.accessibilityInformation = { label: spoken, role: 'button' };
    // A tooltip that is set again closes while it is read.
    const { configPath, isPaused, backend, isActive } = shown;
    const key = JSON.stringify([configPath, isPaused, backend, isActive]);
    if (key !== tooltipKey) item.tooltip = tooltip(shown);
    tooltipKey = key;
    item.show();
  }, INTERVAL_MS);
  return vscode.Disposable.from(
    item,
    throttled,
    queue.onChange(() => throttled.request()),
  );
}

function tooltip({ configPath, isPaused, backend, isActive }: Shown): vscode.MarkdownString {
  const pause: [string, CommandId] = isPaused
    ? [vscode.l10n.t('Resume'), 'gatescope.training.resume']
    : [vscode.l10n.t('Pause'), 'gatescope.training.pause'];
  const controls: [string, CommandId][] = [
    pause,
    [vscode.l10n.t('Stop and Keep'), 'gatescope.training.stop'],
    [vscode.l10n.t('Cancel'), 'gatescope.training.cancel'],
  ];
  const commands: [string, CommandId][] = [
    ...(isActive ? controls : []),
    [vscode.l10n.t('Engine Information'), 'gatescope.engine.showInformation'],
  ];
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: commands.map(([, id]) => id) };
  text.appendText(isActive ? basename(configPath) : vscode.l10n.t('Last run: {0}', basename(configPath)));
  for (const line of backend ? computesLines(backend, isActive) : []) {
    text.appendMarkdown('\n\n');
    text.appendText(line);
  }
  text.appendMarkdown(`\n\n${commands.map(([title, id]) => `[${title}](command:${id})`).join(' · ')}`);
  return text;
}
