// gatescope dataset new: a config for a dataset, ready to train.
import { relative, resolve } from 'node:path';
import { findDataset } from '../../../datasets.ts';
import { writeExperiment } from '../../../newExperiment.ts';
import { type CommandContext, stringOption, usageError } from '../../command.ts';
import { longReading } from '../../reading.ts';

export async function newAction(args: string[], context: CommandContext): Promise<void> {
  const { cwd, options, output } = context;
  if (args.length !== 1) throw usageError({ name: 'dataset' }, 'new needs one dataset.');
  const out = stringOption(context, 'out');
  const manifest = await findDataset(args[0], cwd);
  const reading = longReading(context, 'Looking at rows');
  const writing = writeExperiment(manifest, out === undefined ? undefined : resolve(cwd, out), reading);
  const path = await writing.finally(() => reading.end());
  if (options.json) output.line(JSON.stringify({ path }));
  else output.line(`${relative(cwd, path)} is ready: gatescope train ${relative(cwd, path)}`);
}
