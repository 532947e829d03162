// gatescope dataset advise: which encoder and settings fit a dataset, or a file that is none yet, with reasons and what training takes.
import { type DatasetAdvice, pointsLines } from '../../../../protocol/advice.ts';
import { estimateLines, wholeRunLine } from '../../../../protocol/estimate.ts';
import { displayWidth, wrap } from '../../../../util/words.ts';
import { adviseOn, withEstimate } from '../../../advise/adviseOn.ts';
import { machineRates } from '../../../estimate/machineRates.ts';
import { closeEngine } from '../../../kernels/useEngine.ts';
import { namedDataset } from '../../../trainTokenizer.ts';
import { VERSION } from '../../../version.ts';
import { type CommandContext, usageError } from '../../command.ts';
import { table } from '../../format.ts';
import { longReading } from '../../reading.ts';

/** Columns that a reason has at least, however narrow the terminal. */
const LEAST_ROOM = 40;

export async function adviseAction(args: string[], context: CommandContext): Promise<void> {
  const { cwd, options, output } = context;
  if (args.length !== 1) throw usageError({ name: 'dataset' }, 'advise needs one dataset or file.');
  const { dataset, isProposed } = await namedDataset(args[0], cwd);
  const reading = longReading(context, 'Looking at rows');
  const advised = await adviseOn(dataset, reading).finally(() => reading.end());
  const rates = await machineRates(
    { backend: 'auto', threads: 'auto' },
    { version: VERSION, onMeasure: () => output.note('Measuring this machine, once …') },
  ).finally(closeEngine);
  const advice = withEstimate(advised, rates);
  if (options.json) {
    output.line(JSON.stringify({ path: dataset.path, ...advice }));
    return;
  }
  output.line(adviceText(advice, output.status.columns));
  output.note(
    isProposed
      ? `\ngatescope dataset import ${args[0]} makes a dataset of it; dataset new then writes this as a config.`
      : `\ngatescope dataset new ${args[0]} writes this as a config.`,
  );
}

function adviceText(advice: DatasetAdvice, columns: number): string {
  const { entries, estimate } = advice;
  const rows = entries.map(({ key, value, reason, source }) => [key, JSON.stringify(value), `${reason} (${source})`]);
  const others = entries.flatMap(({ key, alternatives }) =>
    alternatives.map(({ value, reason }) => [key, JSON.stringify(value), reason]),
  );
  const epochs = Number(entries.find(({ key }) => key === 'training.epochs')?.value);
  return [
    table(['key', 'value', 'because'], wrapped(rows, columns)),
    ...(others.length > 0 ? [table(['or', 'value', 'gives'], wrapped(others, columns))] : []),
    ...pointsLines(advice).map((line) => wrap(line, columns).join('\n')),
    [...estimateLines(estimate), ...wholeRunLine(estimate, epochs)].join('\n'),
  ].join('\n\n');
}

/** The last cell of each row on as many lines as it takes in so many columns. */
function wrapped(rows: readonly string[][], columns: number): string[][] {
  const before = [0, 1].map((column) => 2 + Math.max(...rows.map((row) => displayWidth(row[column]))));
  const room = Math.max(LEAST_ROOM, columns - before[0] - before[1]);
  return rows.flatMap(([key, value, text]) =>
    wrap(text, room).map((line, at) => (at === 0 ? [key, value, line] : ['', '', line])),
  );
}
