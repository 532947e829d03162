// What the status bar says of the run that trains, and of the last one. Pure.
import { backendReason, backendText } from '../../protocol/backendText.ts';
import type { BackendChoice } from '../../schema/run.ts';
import { formatDuration, formatLoss } from './duration.ts';
import type { TrainingJob } from './trainingQueue.ts';

export interface StatusText {
  /** With codicons. */
  text: string;
  /** For screen readers: no icons. */
  spoken: string;
}

const PHASES = { reading: 'reading data', validating: 'validating', testing: 'testing' } as const;

export function statusText(job: TrainingJob, waiting: number): StatusText {
  const words = [...wordsOf(job), waiting > 0 ? `${waiting} waiting` : undefined].filter((word) => word !== undefined);
  const icon = job.isPaused ? '$(debug-pause)' : '$(loading~spin)';
  return { text: `${icon} ${words.join(' · ')}`, spoken: `Gatescope: ${words.join(', ')}` };
}

/** When nothing trains any more. */
export const IDLE_TEXT: StatusText = { text: '$(chip) Gatescope', spoken: 'Gatescope: nothing is training' };

/** What computes, or computed, and why nothing better does: lines of the tooltip. */
export function computesLines(backend: BackendChoice, isActive: boolean): string[] {
  const reason = backendReason(backend);
  const first = `${isActive ? 'Computes' : 'Computed'} with ${backendText(backend)}.`;
  return reason ? [first, `${reason[0].toUpperCase()}${reason.slice(1)}.`] : [first];
}

function wordsOf({ progress, isPaused }: TrainingJob): (string | undefined)[] {
  if (!progress) return ['starting'];
  const { phase, epoch, epochs, loss, secondsLeft } = progress;
  if (phase === 'reading') return [PHASES.reading];
  return [
    isPaused ? 'paused' : undefined,
    `epoch ${epoch}/${epochs}`,
    phase === 'training' ? undefined : PHASES[phase],
    loss === undefined ? undefined : `loss ${formatLoss(loss)}`,
    secondsLeft === undefined || isPaused ? undefined : `${formatDuration(secondsLeft)} left`,
  ];
}
