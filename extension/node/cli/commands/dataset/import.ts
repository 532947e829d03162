// gatescope dataset import: shows what was found in data, with reasons, asks, and writes the manifest.
import { dirname, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { DatasetProposal } from '../../../../protocol/engineContract.ts';
import { CancelledError, UserError } from '../../../../util/userError.ts';
import { proposeWithReport } from '../../../datasetService.ts';
import { writeManifest } from '../../../importDataset.ts';
import { type CommandContext, stringOption, usageError } from '../../command.ts';
import { ellipsis, table } from '../../format.ts';
import { longReading } from '../../reading.ts';
import { findingLines, partsTable, withRows } from './reportText.ts';

/** Rows that a finding lists. */
const LISTED_ROWS = 3;
/** Columns of a terminal for a value that was found. */
const MAX_VALUE = 50;

export async function importAction(args: string[], context: CommandContext): Promise<void> {
  const { cwd, options, output } = context;
  if (args.length !== 1) throw usageError({ name: 'dataset' }, 'import needs one file or folder.');
  const out = stringOption(context, 'out');
  const wishes = {
    path: resolve(cwd, args[0]),
    workFolder: cwd,
    out: out === undefined ? undefined : resolve(cwd, out),
    text: columnOption(context, 'text'),
    label: columnOption(context, 'label'),
  };
  const reading = longReading(context, 'Looking at rows');
  const proposal = await proposeWithReport(wishes, reading).finally(() => reading.end());
  const { manifest, path } = proposal;
  output.line(options.json ? JSON.stringify(proposal) : shown(proposal, cwd));
  if (options.json && !options.yes) return;
  if (!options.yes) await confirm(path, context);
  await writeManifest({ manifest, path, folder: dirname(path) }, options.replace === true);
  output.note(`Written: ${relative(cwd, path)}. A config names it with "train": { "dataset": "${manifest.name}" }.`);
}

function columnOption(context: CommandContext, name: string): string | number | undefined {
  const value = stringOption(context, name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : value;
}

function shown({ path, reasons, report }: DatasetProposal, cwd: string): string {
  return [
    table(
      ['what', 'found', 'because'],
      reasons.map(({ what, value, reason }) => [what, ellipsis(value, MAX_VALUE), reason]),
    ),
    partsTable(report),
    ...findingLines(withRows(report, LISTED_ROWS), cwd),
    `The manifest: ${relative(cwd, path)}`,
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
