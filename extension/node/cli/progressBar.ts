// One line of progress on a terminal, redrawn in place; nothing at all where stderr is no terminal.
import type { RunProgress } from '../../protocol/engineContract.ts';
import type { Output } from './command.ts';
import { duration, ellipsis } from './format.ts';

const PHASES = { reading: 'Reading data', training: 'Training', validating: 'Validating', testing: 'Testing' } as const;
const BAR_COLUMNS = 24;

export interface ProgressBar {
  update(progress: RunProgress): void;
  /** Removes the line, so that other text can be written. */
  clear(): void;
}

export function createProgressBar(output: Output): ProgressBar {
  let isShown = false;
  return {
    update(progress) {
      if (!output.isTerminal) return;
      isShown = true;
      output.status.write(`\r\u001b[2K${ellipsis(progressLine(progress), output.status.columns - 1)}`);
    },
    clear() {
      if (isShown) output.status.write('\r\u001b[2K');
      isShown = false;
    },
  };
}

export function progressLine(progress: RunProgress): string {
  const filled = Math.round(progress.fraction * BAR_COLUMNS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
  const parts = [`${bar} ${String(Math.round(progress.fraction * 100)).padStart(3)} %`, PHASES[progress.phase]];
  if (progress.epoch > 0)
    parts.push(`epoch ${progress.epoch}/${progress.epochs}`, `step ${progress.step}/${progress.steps}`);
  if (progress.loss !== undefined) parts.push(`loss ${progress.loss.toFixed(3)}`);
  if (progress.secondsLeft !== undefined && progress.phase === 'training')
    parts.push(`${duration(progress.secondsLeft)} left`);
  return parts.join('  ');
}
