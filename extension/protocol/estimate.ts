// What training a config takes, in numbers and in words: the command line prints it, the editor shows it on hover.

/** Bytes of float32 numbers. */
export interface MemoryEstimate {
  weights: number;
  /** What the optimizer keeps. */
  optimizer: number;
  /** Gradients, and what the layers keep of the largest batch for them. */
  batch: number;
}

/** What training a config takes. */
export interface RunEstimate {
  parameters: number;
  groups: { name: string; count: number }[];
  vocabulary: number;
  memory: MemoryEstimate;
  /** Updates in an epoch, and tokens that it reads. */
  updates: number;
  tokens: number;
  /** Of an epoch with its validation, by what was measured of this machine; absent where nothing was. */
  seconds?: number;
  /** What computes, or why there are no seconds, in words. */
  engine: string;
}

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

/** Of all epochs, where that is known and more than one. */
export function wholeRunLine({ seconds }: RunEstimate, epochs: number): string[] {
  return seconds === undefined || !(epochs > 1) ? [] : [`${epochs} epochs: about ${secondsText(seconds * epochs)}.`];
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
