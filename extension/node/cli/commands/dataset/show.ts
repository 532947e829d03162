// gatescope dataset CONFIG: what a config's data looks like to the reader: format, labels, lengths, rows before and after cleaning.
import { dirname, relative, resolve } from 'node:path';
import type { DataPreview } from '../../../../protocol/engineContract.ts';
import { openExperiment } from '../../../openExperiment.ts';
import { previewData } from '../../../previewData.ts';
import { type CommandContext, integerOption, stringOption, usageError } from '../../command.ts';
import { count, ellipsis, percent, table } from '../../format.ts';
import { readingOptions } from '../../reading.ts';

const PARTS = ['train', 'validation', 'test'] as const;
type Part = (typeof PARTS)[number];
const isPart = (text: string): text is Part => (PARTS as readonly string[]).includes(text);

const COMMAND = { name: 'dataset' };

export async function showConfigData(args: string[], context: CommandContext): Promise<void> {
  const { cwd, output } = context;
  if (args.length !== 1) throw usageError(COMMAND, `dataset has no action "${args[0]}"; it takes one config.`);
  const part = stringOption(context, 'part') ?? 'train';
  if (!isPart(part)) throw usageError(COMMAND, `--part is ${PARTS.join(', ')}, not "${part}".`);
  const maxRows = integerOption(COMMAND, context, 'rows', 0) ?? 10;
  const configPath = resolve(cwd, args[0]);
  const experiment = await openExperiment(configPath);
  const preview = await previewData(experiment, dirname(configPath), { part, maxRows }, readingOptions(output));
  output.line(context.options.json ? JSON.stringify(preview) : describe(preview, context));
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
