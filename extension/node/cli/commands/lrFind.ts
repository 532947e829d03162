// gatescope lr-find: tries learning rates from tiny to huge and suggests one where the loss has fallen for longest.
import { dirname, resolve } from 'node:path';
import { RANGE_TEST, type RangeTestResult } from '../../../engine/train/learningRateFinder.ts';
import { findRate } from '../../findRate.ts';
import { openExperiment } from '../../openExperiment.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  numberOption,
  usageError,
} from '../command.ts';
import { table } from '../format.ts';
import { readingOptions } from '../reading.ts';

/** Rows and columns of the picture. */
const [ROWS, COLUMNS] = [12, 60];

export const lrFindCommand: Command = {
  name: 'lr-find',
  summary: 'Search a learning rate: a range test on a copy of the model.',
  usage: 'gatescope lr-find CONFIG [options]',
  options: {
    from: { type: 'string', value: 'RATE', description: `Smallest rate (${RANGE_TEST.from}).` },
    to: { type: 'string', value: 'RATE', description: `Largest rate (${RANGE_TEST.to}).` },
    steps: { type: 'string', value: 'N', description: `Updates (${RANGE_TEST.steps}).` },
    set: { type: 'string', multiple: true, value: 'KEY=VALUE', description: 'Change a key for this search.' },
    json: JSON_OPTION,
  },
  details:
    'The rate grows by the same factor each step; the test ends when the loss blows up. Nothing is saved. The suggestion lies within\n' +
    'the longest fall of the smoothed loss (fastai’s "valley").',
  run: lrFind,
};

async function lrFind(context: CommandContext): Promise<number> {
  const { positionals, cwd, output, options } = context;
  if (positionals.length !== 1) throw usageError(lrFindCommand, 'lr-find needs one config.');
  const range = {
    from: numberOption(lrFindCommand, context, 'from', 1e-12) ?? RANGE_TEST.from,
    to: numberOption(lrFindCommand, context, 'to', 1e-12) ?? RANGE_TEST.to,
    steps: integerOption(lrFindCommand, context, 'steps', 10) ?? RANGE_TEST.steps,
  };
  if (range.from >= range.to) throw usageError(lrFindCommand, '--from must be below --to.');
  const configPath = resolve(cwd, positionals[0]);
  const experiment = await openExperiment(configPath, { overrides: (options.set as string[] | undefined) ?? [] });
  const cancelled = new AbortController();
  context.onInterrupt(() => cancelled.abort());
  const reading = { ...readingOptions(output), signal: cancelled.signal };
  const result = await findRate(experiment, dirname(configPath), reading, range);
  if (options.json) {
    output.line(JSON.stringify(result));
    return EXIT.ok;
  }
  output.line(drawCurve(result));
  output.line(describeSuggestion(result));
  for (const line of describeGroups(result)) output.line(line);
  return EXIT.ok;
}

/** `Suggestion: 0.0021 …`, or why there is none. */
export function describeSuggestion({ suggestion, rates }: RangeTestResult): string {
  if (suggestion === undefined) return 'No suggestion: the loss never falls. Give more --steps, or look at the data.';
  const rate = Number(suggestion.toPrecision(2));
  return `Suggestion: ${rate} (within the longest fall of the loss; ${rates.length} rates were tried). Use --set training.optimizer.learningRate=${rate}.`;
}

/** What each group was trained at, where they differ: the rate that was tried is that of `training.optimizer.learningRate` alone. */
export function describeGroups({ groups, suggestion }: RangeTestResult): string[] {
  if (groups.every(({ factor }) => factor === 1)) return [];
  const rows = groups.map(({ name, factor }) => {
    if (factor === 0) return [name, 'frozen', ''];
    return [name, factor.toPrecision(3), suggestion === undefined ? '' : (factor * suggestion).toPrecision(2)];
  });
  return [
    '',
    table(['group', '× rate', ...(suggestion === undefined ? [] : ['at the suggestion'])], rows),
    'Rates that fineTune writes out (learningRates, from … to) moved along, but stay as written when only the optimizer’s changes.',
  ];
}

/** The smoothed loss over the logarithm of the rate, in characters. */
function drawCurve({ rates, smoothed }: RangeTestResult): string {
  if (rates.length < 2) return 'The loss was not finite from the start.';
  const low = Math.min(...smoothed);
  // The end of the curve shoots up: what lies above its first value by half shows no detail.
  const high = Math.max(...smoothed.map((loss) => Math.min(loss, smoothed[0] + (smoothed[0] - low) / 2)), low + 1e-9);
  const grid = Array.from({ length: ROWS }, () => new Array<string>(COLUMNS).fill(' '));
  for (const [at, loss] of smoothed.entries()) {
    const column = Math.round((at * (COLUMNS - 1)) / (rates.length - 1));
    const row = Math.round(((high - Math.min(loss, high)) * (ROWS - 1)) / (high - low));
    grid[row][column] = '·';
  }
  const label = (row: number): string => (row === 0 ? high : row === ROWS - 1 ? low : Number.NaN).toPrecision(4);
  const lines = grid.map(
    (cells, row) =>
      `${row === 0 || row === ROWS - 1 ? label(row).padStart(8) : ' '.repeat(8)} |${cells.join('').trimEnd()}`,
  );
  const ends = [rates[0].toExponential(0), rates[rates.length - 1].toExponential(0)];
  return [
    ...lines,
    `${' '.repeat(9)}+${'-'.repeat(COLUMNS)}`,
    `${' '.repeat(10)}${ends[0]}${ends[1].padStart(COLUMNS - ends[0].length)}  learning rate`,
  ].join('\n');
}
