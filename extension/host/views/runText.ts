// A run in words and icons. Pure, so that every status is tested.

import { formatHeadline, formatScore, HEADLINES } from '../../protocol/scores.ts';
import type { RunManifest, RunStatus } from '../../schema/run.ts';
import { assertNever } from '../../util/assertNever.ts';
import { formatDuration } from '../training/duration.ts';
import { scoreOf } from './runList.ts';

export interface StatusIcon {
  /** Codicon name. */
  icon: string;
  /** Theme colour id. */
  color?: string;
}

export function statusIcon(status: RunStatus): StatusIcon {
  switch (status) {
    case 'queued':
      return { icon: 'clock' };
    case 'running':
      return { icon: 'loading~spin' };
    case 'paused':
      return { icon: 'debug-pause' };
    case 'completed':
      return { icon: 'pass', color: 'testing.iconPassed' };
    case 'stopped':
      return { icon: 'debug-stop', color: 'testing.iconPassed' };
    case 'cancelled':
      return { icon: 'circle-slash', color: 'disabledForeground' };
    case 'diverged':
      return { icon: 'flame', color: 'testing.iconFailed' };
    case 'failed':
      return { icon: 'error', color: 'testing.iconFailed' };
    case 'crashed':
      return { icon: 'zap', color: 'testing.iconFailed' };
    case 'imported':
      return { icon: 'inbox' };
    default:
      return assertNever(status);
  }
}

/** `test 87.2 % · 1 min 03 s` */
export function runDescription(manifest: RunManifest, durationS: number): string {
  const score = scoreOf(manifest);
  const parts = [score && `${score.split} ${formatHeadline(score.task, score.scores)}`, formatDuration(durationS)];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** Rows of a run's tooltip: name and value. */
export function runFacts(manifest: RunManifest, durationS: number): [string, string][] {
  const { task, best, test, epochs, problem } = manifest;
  const headline = HEADLINES[task];
  const facts: [string, string | undefined][] = [
    ['Status', manifest.status],
    ['Epochs', `${epochs.done} of ${epochs.planned}`],
    [`Best validation ${headline}`, best && `${formatScore(headline, best[headline])} (epoch ${best.epoch})`],
    [`Test ${headline}`, test && formatScore(headline, test[headline])],
    ['Duration', formatDuration(durationS)],
    ['Problem', problem?.message],
    ['Note', manifest.note || undefined],
    ['Id', manifest.id],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}
