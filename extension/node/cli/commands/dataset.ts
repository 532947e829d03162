// gatescope dataset: what a config's data looks like to the reader: format, labels, lengths, rows before and after cleaning.
import { dirname, relative, resolve } from 'node:path';
import type { DataPreview } from '../../../protocol/engineContract.ts';
import { openExperiment } from '../../openExperiment.ts';
import { previewData } from '../../previewData.ts';
import {
  type Command,
  type CommandContext,
  EXIT,
  integerOption,
  JSON_OPTION,
  stringOption,
  usageError,
} from '../command.ts';
import { count, ellipsis, percent, table } from '../format.ts';
import { readingOptions } from '../reading.ts';

const PARTS = ['train', 'validation', 'test'] as const;
type Part = (typeof PARTS)[number];
const isPart = (text: string): text is Part => (PARTS as readonly string[]).includes(text);

export const datasetCommand: Command = {
  name: 'dataset',
  summary: 'Show how the data of a config is read.',
  usage: 'gatescope dataset CONFIG [options]',
  options: {
    part: { type: 'string', value: 'PART', description: 'train (default), validation or test.' },
    rows: { type: 'string', value: 'N', description: 'Rows to show (default 10).' },
    json: JSON_OPTION,
  },
  run: dataset,
};

async function dataset(context: CommandContext): Promise<number> {
  const { positionals, cwd, output } = context;
  if (positionals.length !== 1) throw usageError(datasetCommand, 'dataset needs one config.');
  const part = stringOption(context, 'part') ?? 'train';
  if (!isPart(part)) throw usageError(datasetCommand, `--part is ${PARTS.join(', ')}, not "${part}".`);
  const maxRows = integerOption(datasetCommand, context, 'rows', 0) ?? 10;
  const configPath = resolve(cwd, positionals[0]);
  const experiment = await openExperiment(configPath);
  const preview = await previewData(experiment, dirname(configPath), { part, maxRows }, readingOptions(output));
  output.line(context.options.json ? JSON.stringify(preview) : describe(preview, context));
  return EXIT.ok;
}

function describe(preview: DataPreview, { cwd, output }: CommandContext): string {
  const { how, rowsRead, isComplete, labels, tokensPerText, badRows, rows } = preview;
  const hasLabels = labels.length > 0;
  const columns = ['line', ...(hasLabels ? ['label'] : []), 'text', 'cleaned', 'tokens'];
  const width = Math.max(20, Math.floor((output.status.columns - 40) / 2));
  const facts = [
    ...how,
    `${count(rowsRead)} rows${isComplete ? '' : ' read so far; there are more'}; ` +
      `tokens a text: median ${tokensPerText.median}, 95 % up to ${tokensPerText.p95}, longest ${tokensPerText.max}`,
  ];
  const labelRows = labels.map((label) => [
    label.label,
    count(label.count),
    percent(label.count / Math.max(1, rowsRead)),
  ]);
  const bad = badRows.map(({ path, line, reason }) => `${relative(cwd, path)}:${line}: ${reason}`);
  const shown = rows.map(({ line, label, text, cleaned, tokens }) => [
    String(line),
    ...(hasLabels ? [label] : []),
    ellipsis(text, width),
    cleaned === text ? '' : ellipsis(cleaned, width),
    ellipsis(tokens.join(' · ').replaceAll('\n', '⏎'), width),
  ]);
  return [
    facts.join('\n'),
    ...(hasLabels ? [table(['label', 'rows', 'share'], labelRows)] : []),
    ...(shown.length > 0 ? [table(columns, shown)] : []),
    ...(bad.length > 0 ? [`Rows that cannot be used:\n${bad.join('\n')}`] : []),
  ].join('\n\n');
}
