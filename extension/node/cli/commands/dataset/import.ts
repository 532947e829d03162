// gatescope dataset import: shows what was found in data, with reasons, asks, and writes the manifest.
import { relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { DatasetReport } from '../../../../protocol/datasetReport.ts';
import { CancelledError, UserError } from '../../../../util/userError.ts';
import { type ImportProposal, proposeImport, writeManifest } from '../../../importDataset.ts';
import { DEFAULT_MAX_LENGTH, surveyDataset } from '../../../surveyDataset.ts';
import { type CommandContext, stringOption, usageError } from '../../command.ts';
import { ellipsis, table } from '../../format.ts';
import { longReading } from '../../reading.ts';
import { findingLines, partsTable } from './reportText.ts';

/** Rows that a finding lists. */
const LISTED_ROWS = 3;
/** Columns of a terminal for a value that was found. */
const MAX_VALUE = 50;

export async function importAction(args: string[], context: CommandContext): Promise<void> {
  const { cwd, options, output } = context;
  if (args.length !== 1) throw usageError({ name: 'dataset' }, 'import needs one file or folder.');
  const out = stringOption(context, 'out');
  const proposal = await proposeImport(resolve(cwd, args[0]), {
    out: out === undefined ? undefined : resolve(cwd, out),
    text: columnOption(context, 'text'),
    label: columnOption(context, 'label'),
  });
  const report = await lookThrough(proposal, context);
  const { manifest, path } = proposal.dataset;
  if (options.json) output.line(JSON.stringify({ path, manifest, reasons: proposal.reasons, report }));
  else output.line(shown(proposal, report, cwd));
  if (options.json && !options.yes) return;
  if (!options.yes) await confirm(path, context);
  await writeManifest(proposal.dataset, options.replace === true);
  output.note(`Written: ${relative(cwd, path)}. A config names it with "train": { "dataset": "${manifest.name}" }.`);
}

function columnOption(context: CommandContext, name: string): string | number | undefined {
  const value = stringOption(context, name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : value;
}

/** All rows once, without splits, tokens and almost equal texts: that is what import has to know. */
async function lookThrough({ dataset }: ImportProposal, context: CommandContext): Promise<DatasetReport> {
  const reading = longReading(context, 'Looking at rows');
  const { splits: _splits, ...manifest } = dataset.manifest;
  const settings = { maxLength: DEFAULT_MAX_LENGTH, keptRows: LISTED_ROWS };
  try {
    return await surveyDataset({ ...dataset, manifest }, settings, reading);
  } finally {
    reading.end();
  }
}

function shown({ dataset, reasons }: ImportProposal, report: DatasetReport, cwd: string): string {
  return [
    table(
      ['what', 'found', 'because'],
      reasons.map(({ what, value, reason }) => [what, ellipsis(value, MAX_VALUE), reason]),
    ),
    partsTable(report),
    ...findingLines(report, cwd),
    `The manifest: ${relative(cwd, dataset.path) || dataset.path}`,
  ].join('\n\n');
}

async function confirm(path: string, { output }: CommandContext): Promise<void> {
  if (!process.stdin.isTTY || !output.isTerminal) {
    throw new UserError({
      code: 'dataset.notConfirmed',
      message: `${path} was not written.`,
      remedy: 'Say --yes where nobody can be asked.',
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question('Write it? [Y/n] ').finally(() => prompt.close());
  if (/^\s*n/i.test(answer)) throw new CancelledError();
}
