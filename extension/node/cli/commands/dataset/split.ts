// gatescope dataset split: writes how validation and test, or folds, are cut from the training rows, and lists the result.
import { relative } from 'node:path';
import { validateDataset } from '../../../../config/checkDataset.ts';
import type { Splits } from '../../../../schema/dataset.ts';
import { UserError } from '../../../../util/userError.ts';
import { findDataset, readDataset } from '../../../datasets.ts';
import { setSplits } from '../../../editDataset.ts';
import { manifestText } from '../../../importDataset.ts';
import { surveyDataset } from '../../../surveyDataset.ts';
import { type CommandContext, integerOption, numberOption, stringOption, usageError } from '../../command.ts';
import { longReading } from '../../reading.ts';
import { partsTable } from './reportText.ts';

const COMMAND = { name: 'dataset' };

export async function splitAction(args: string[], context: CommandContext): Promise<void> {
  const { cwd, options, output } = context;
  if (args.length !== 1) throw usageError(COMMAND, 'split needs one dataset.');
  const path = await findDataset(args[0], cwd);
  const splits = splitsOf(context);
  const { manifest, folder } = await readDataset(path);
  const changed = { ...manifest, splits };
  const [problem] = validateDataset(manifestText(changed)).problems;
  if (problem)
    throw new UserError({ code: problem.code, message: `These splits cannot be written. ${problem.message}` });
  const reading = longReading(context, 'Splitting rows');
  const settings = { maxLength: 1, keptRows: 0 };
  const report = await surveyDataset({ manifest: changed, path, folder }, settings, reading).finally(() =>
    reading.end(),
  );
  await setSplits(path, splits);
  if (options.json) output.line(JSON.stringify({ path, splits, parts: report.parts }));
  else output.line(`${partsTable(report)}\n\nWritten to ${relative(cwd, path)}, seed ${splits.seed}.`);
}

function splitsOf(context: CommandContext): Splits & { seed: number } {
  const validation = numberOption(COMMAND, context, 'validation', 0);
  const test = numberOption(COMMAND, context, 'test', 0);
  const folds = integerOption(COMMAND, context, 'folds', 2);
  const group = stringOption(context, 'group');
  if (validation === undefined && test === undefined && folds === undefined) {
    throw usageError(COMMAND, 'split needs --validation, --test or --folds.');
  }
  return {
    ...(validation === undefined ? {} : { validation }),
    ...(test === undefined ? {} : { test }),
    ...(folds === undefined ? {} : { folds }),
    seed: integerOption(COMMAND, context, 'seed', 0) ?? 1,
    ...(context.options['not-stratified'] ? { stratified: false } : {}),
    ...(group === undefined ? {} : { groupColumn: /^\d+$/.test(group) ? Number(group) : group }),
  };
}
