// gatescope evaluate: scores of a run on another file, or on its own validation and test data.
import { resolve } from 'node:path';
import { evaluateAgain, evaluateOnFile } from '../../evaluateRun.ts';
import { type Command, type CommandContext, EXIT, JSON_OPTION, stringOption, usageError } from '../command.ts';
import { readingOptions } from '../reading.ts';
import { evaluationTables } from '../scoresTable.ts';
import { weightedRun } from '../weightedRun.ts';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'Score a run on a file, or again on its own data.',
  usage: 'gatescope evaluate RUN [options]',
  options: {
    data: { type: 'string', value: 'FILE', description: 'Data in the format of the run’s test (or training) data.' },
    json: JSON_OPTION,
  },
  details: 'RUN is the folder of a run, the start of its id, its name, or `latest`.',
  run: evaluate,
};

async function evaluate(context: CommandContext): Promise<number> {
  const { positionals, cwd, output, options } = context;
  if (positionals.length !== 1) throw usageError(evaluateCommand, 'evaluate needs one run.');
  const { dir, manifest } = await weightedRun(positionals[0], context);
  const { task } = manifest;
  const path = stringOption(context, 'data');
  const reading = readingOptions(output);
  if (path !== undefined) {
    const result = await evaluateOnFile(dir, resolve(cwd, path), reading);
    output.line(options.json ? JSON.stringify(result) : evaluationTables([[path, result.data]], task));
    return EXIT.ok;
  }
  const evaluation = await evaluateAgain(dir, reading);
  const { validation, test } = evaluation;
  const rows = [['validation', validation] as const, ...(test ? [['test', test] as const] : [])];
  output.line(options.json ? JSON.stringify(evaluation) : evaluationTables(rows, task));
  return EXIT.ok;
}
