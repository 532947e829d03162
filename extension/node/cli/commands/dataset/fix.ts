// gatescope dataset fix: leaves out the rows of findings, by an entry in the manifest.
import { relative } from 'node:path';
import { REMEDIES } from '../../../../protocol/datasetReport.ts';
import { fixDataset } from '../../../datasetService.ts';
import { findDataset, readDataset } from '../../../datasets.ts';
import { includeAll } from '../../../editDataset.ts';
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
  const reading = longReading(context, 'Looking at rows');
  const rows = remedies.length > 0 ? await fixDataset(path, remedies, reading).finally(() => reading.end()) : 0;
  if (options.json) output.line(JSON.stringify({ path, excluded: rows }));
  else output.line(`${count(rows)} more ${rows === 1 ? 'row is' : 'rows are'} left out of ${relative(cwd, path)}.`);
  const isCutAnew = rows > 0 && (await readDataset(path)).manifest.splits !== undefined;
  if (isCutAnew && remedies.includes('leaks') && !remedies.includes('duplicates'))
    output.note('The other rows are split anew, so equal ones may part again: --exclude-duplicates ends that.');
}
