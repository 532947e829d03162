// What a config takes, in words: the command line prints it, the editor shows it on hover.
import type { RunEstimate } from './engineContract.ts';

const grouped = (count: number): string => Math.round(count).toLocaleString('en-US');

/** Parameters with their groups, memory with its parts, and time. */
export function estimateLines(estimate: RunEstimate): string[] {
  const { parameters, groups, memory, updates, tokens, seconds, engine } = estimate;
  const parts = groups.map(({ name, count }) => `${name} ${grouped(count)}`).join(', ');
  const bytes = memory.weights + memory.optimizer + memory.batch;
  const held = `weights ${bytesText(memory.weights)}, optimizer ${bytesText(memory.optimizer)}, a batch ${bytesText(memory.batch)}`;
  const epoch = `${grouped(updates)} updates, ${grouped(tokens)} tokens`;
  return [
    `${grouped(parameters)} parameters: ${parts}.`,
    `About ${bytesText(bytes)} of memory: ${held}.`,
    seconds === undefined
      ? `An epoch: ${epoch}. ${engine}`
      : `An epoch: about ${secondsText(seconds)} (${epoch}; ${engine}).`,
  ];
}

/** Two digits: more would not be true. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${twoDigits(bytes / 1000 ** unit)} ${units[unit]}`;
}

export function secondsText(seconds: number): string {
  if (seconds < 60) return `${twoDigits(seconds)} s`;
  if (seconds < 3600) return `${twoDigits(seconds / 60)} min`;
  return `${twoDigits(seconds / 3600)} h`;
}

function twoDigits(value: number): string {
  return value >= 100 ? grouped(value) : String(Number(value.toPrecision(2)));
}
