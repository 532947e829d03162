// gatescope dataset fix: leaves out the rows of findings, by an entry in the manifest.
import { relative } from 'node:path';
import { REMEDIES, type Remedy } from '../../../../protocol/datasetReport.ts';
import { findDataset, readDataset } from '../../../datasets.ts';
import { excludeFound, includeAll } from '../../../editDataset.ts';
import { DEFAULT_MAX_LENGTH, surveyDataset } from '../../../surveyDataset.ts';
import { type CommandContext, usageError } from '../../command.ts';
import { count } from '../../format.ts';
import { longReading } from '../../reading.ts';
import { OPTION_OF } from './reportText.ts';

const COMMAND = { name: 'dataset' };

export async function fixAction(args: string[], context: CommandContext): Promise<void> {
  const { cwd, options, output } = context;
  if (args.length !== 1) throw usageError(COMMAND, 'fix needs one dataset.');
  const remedies = REMEDIES.filter((remedy) => options[OPTION_OF[remedy]] === true);
  const path = await findDataset(args[0], cwd);
  if (options['include-all']) await includeAll(path);
  else if (remedies.length === 0)
    throw usageError(
      COMMAND,
      `fix needs ${Object.values(OPTION_OF)
        .map((name) => `--${name}`)
        .join(', ')} or --include-all.`,
    );
  const rows = remedies.length > 0 ? await exclude(path, remedies, context) : 0;
  if (options.json) output.line(JSON.stringify({ path, excluded: rows }));
  else output.line(`${count(rows)} more rows are left out of ${relative(cwd, path)}.`);
}

async function exclude(path: string, remedies: readonly Remedy[], context: CommandContext): Promise<number> {
  const dataset = await readDataset(path);
  const reading = longReading(context, 'Looking at rows');
  const tokenizer = remedies.includes('nearDuplicates') ? 'word' : undefined;
  const settings = { tokenizer, maxLength: DEFAULT_MAX_LENGTH, keptRows: Number.POSITIVE_INFINITY } as const;
  const report = await surveyDataset(dataset, settings, reading).finally(() => reading.end());
  return (await excludeFound(dataset, report, remedies)).rows;
}
