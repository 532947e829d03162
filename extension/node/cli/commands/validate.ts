// gatescope validate: all checks of configs, as the editor shows them, with file:line:column.
import { dirname, resolve } from 'node:path';
import { formatProblem, toLineColumn } from '../../../config/place.ts';
import type { ConfigProblem } from '../../../config/problem.ts';
import { problemOfFinding, validateConfig, validateFiles } from '../../../config/validateConfig.ts';
import { checkData } from '../../checkData.ts';
import { createFileProbe } from '../../fileProbe.ts';
import { openExperimentText, readConfigText } from '../../openExperiment.ts';
import { type Command, type CommandContext, EXIT, JSON_OPTION, usageError } from '../command.ts';
import { readingOptions } from '../reading.ts';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'Check configs, the files they name, and their data.',
  usage: 'gatescope validate CONFIG… [options]',
  options: {
    'no-data': { type: 'boolean', description: 'Do not read the data, only look whether it is there.' },
    json: JSON_OPTION,
  },
  details: 'Prints file:line:column of every problem. The exit code is 1 when there is an error; warnings alone are 0.',
  run: validate,
};

async function validate({ positionals, cwd, output, options }: CommandContext): Promise<number> {
  if (positionals.length === 0) throw usageError(validateCommand, 'validate needs a config.');
  let errors = 0;
  for (const path of positionals) {
    const configPath = resolve(cwd, path);
    const text = await readConfigText(configPath);
    const problems = await findProblems(text, configPath, options['no-data'] !== true);
    for (const problem of problems) {
      if (problem.severity === 'error') errors++;
      output.line(options.json ? toJson(path, text, problem) : formatProblem(path, text, problem));
    }
    if (problems.length === 0) output.note(`${path}: no problems.`);
  }
  return errors > 0 ? EXIT.userError : EXIT.ok;
}

/** Each kind of check runs where the one before found no error. */
async function findProblems(text: string, configPath: string, readsData: boolean): Promise<ConfigProblem[]> {
  const { problems } = validateConfig(text);
  if (hasErrors(problems)) return [...problems];
  const files = await validateFiles(text, createFileProbe(configPath));
  if (hasErrors(files) || !readsData) return [...problems, ...files];
  const findings = await checkData(await openExperimentText(text, configPath), dirname(configPath), readingOptions());
  return [...problems, ...files, ...findings.map((finding) => problemOfFinding(text, finding))];
}

const hasErrors = (problems: readonly ConfigProblem[]): boolean =>
  problems.some(({ severity }) => severity === 'error');

function toJson(path: string, text: string, { code, severity, message, start, end }: ConfigProblem): string {
  const { line, column } = toLineColumn(text, start);
  const last = toLineColumn(text, end);
  return JSON.stringify({ path, line, column, endLine: last.line, endColumn: last.column, severity, code, message });
}
