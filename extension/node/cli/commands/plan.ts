// gatescope plan: what training would make, without training: parameters by name, vocabulary, set sizes.
import { dirname, resolve } from 'node:path';
import { estimateLines } from '../../../protocol/estimate.ts';
import { factsOf } from '../../estimate/dataFacts.ts';
import { estimateRun } from '../../estimate/estimateRun.ts';
import { machineRates } from '../../estimate/machineRates.ts';
import { closeEngine } from '../../kernels/useEngine.ts';
import { openExperiment } from '../../openExperiment.ts';
import { planPrepared } from '../../planRun.ts';
import { prepareRun } from '../../prepareRun.ts';
import { VERSION } from '../../version.ts';
import { type Command, type CommandContext, EXIT, JSON_OPTION, usageError } from '../command.ts';
import { count, table } from '../format.ts';
import { groupTable, ratesTable } from '../groupTables.ts';
import { readingOptions } from '../reading.ts';

export const planCommand: Command = {
  name: 'plan',
  summary:
    'Show what a config would train: groups, parameters, memory, seconds an epoch, and the learning rates of the whole run.',
  usage: 'gatescope plan CONFIG [options]',
  options: { json: JSON_OPTION },
  run: plan,
};

async function plan({ positionals, cwd, output, options }: CommandContext): Promise<number> {
  if (positionals.length !== 1) throw usageError(planCommand, 'plan needs one config.');
  const configPath = resolve(cwd, positionals[0]);
  const experiment = await openExperiment(configPath);
  const prepared = await prepareRun(experiment, dirname(configPath), readingOptions(output));
  const rates = await machineRates(experiment.engine, {
    version: VERSION,
    onMeasure: () => output.note('Measuring this machine, once …'),
  }).finally(closeEngine);
  const estimate = estimateRun(experiment, factsOf(prepared), rates);
  const result = { ...planPrepared(prepared, experiment), estimate };
  if (options.json) {
    output.line(JSON.stringify(result));
    return EXIT.ok;
  }
  const rows = result.parameters.map(({ name, shape, count: size }) => [name, shape.join(' × '), count(size)]);
  const { train, validation, test } = result.examples;
  output.line(`${groupTable(result.groups)}\n`);
  output.line(table(['parameter', 'shape', 'numbers'], [...rows, ['all', '', count(result.total)]]));
  output.line(
    `\n${count(train)} training, ${count(validation)} validation, ${count(test)} test examples; ` +
      `vocabulary ${count(result.vocabulary)}.`,
  );
  for (const line of estimateLines(estimate)) output.line(line);
  output.line(`\n${ratesTable(result.rates)}`);
  return EXIT.ok;
}
