// How a run's status reads: word, codicon and whether it still goes on.
import type { RunStatus } from '../../extension/schema/run.ts';

interface StatusText {
  label: string;
  icon: string;
  /** Class that colours the icon. */
  tone: 'active' | 'good' | 'neutral' | 'bad';
}

export const STATUS_TEXTS: Readonly<Record<RunStatus, StatusText>> = {
  queued: { label: 'Queued', icon: 'watch', tone: 'neutral' },
  running: { label: 'Running', icon: 'sync', tone: 'active' },
  paused: { label: 'Paused', icon: 'debug-pause', tone: 'active' },
  completed: { label: 'Completed', icon: 'pass', tone: 'good' },
  stopped: { label: 'Stopped', icon: 'debug-stop', tone: 'neutral' },
  cancelled: { label: 'Cancelled', icon: 'circle-slash', tone: 'neutral' },
  diverged: { label: 'Diverged', icon: 'error', tone: 'bad' },
  failed: { label: 'Failed', icon: 'error', tone: 'bad' },
  crashed: { label: 'Crashed', icon: 'error', tone: 'bad' },
  imported: { label: 'Imported', icon: 'inbox', tone: 'neutral' },
};

/** Queued, running or paused. */
export const isActiveStatus = (status: RunStatus): boolean =>
  status === 'queued' || status === 'running' || status === 'paused';
