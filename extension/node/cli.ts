// The command line `gatescope`: finds the command, runs it, turns errors into exit codes.

import { nearestName } from '../util/editDistance.ts';
import { CancelledError, formatUserError, UserError } from '../util/userError.ts';
import { type Command, EXIT, helpOf, parseCommandArguments } from './cli/command.ts';
import { datasetCommand } from './cli/commands/dataset/dataset.ts';
import { doctorCommand } from './cli/commands/doctor.ts';
import { engineCommand } from './cli/commands/engine.ts';
import { evaluateCommand } from './cli/commands/evaluate.ts';
import { exportCommand } from './cli/commands/export.ts';
import { generateCommand } from './cli/commands/generate.ts';
import { importCommand } from './cli/commands/import.ts';
import { lrFindCommand } from './cli/commands/lrFind.ts';
import { matchCommand } from './cli/commands/match.ts';
import { planCommand } from './cli/commands/plan.ts';
import { predictCommand } from './cli/commands/predict.ts';
import { runsCommand } from './cli/commands/runs.ts';
import { tokenizerCommand } from './cli/commands/tokenizer.ts';
import { traceCommand } from './cli/commands/trace.ts';
import { trainCommand } from './cli/commands/train.ts';
import { validateCommand } from './cli/commands/validate.ts';
import { createConsole } from './cli/console.ts';
import { toDiskError } from './diskError.ts';
import { limitMatches } from './matchLimit.ts';
import { VERSION } from './version.ts';

const COMMANDS: readonly Command[] = [
  trainCommand,
  validateCommand,
  predictCommand,
  generateCommand,
  traceCommand,
  matchCommand,
  evaluateCommand,
  importCommand,
  exportCommand,
  runsCommand,
  datasetCommand,
  tokenizerCommand,
  planCommand,
  lrFindCommand,
  doctorCommand,
  engineCommand,
];

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'Usage: gatescope COMMAND [options]',
    'Train text encoders and look inside them.',
    `Commands:\n${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}`,
    'gatescope COMMAND --help says more. Exit codes: 0 done, 1 your input, 2 a bug, 130 interrupted.',
  ].join('\n\n');
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command) return command;
  const nearest = nearestName(
    name,
    COMMANDS.map((candidate) => candidate.name),
  );
  throw new UserError({
    code: 'cli.unknownCommand',
    message: `There is no command "${name}".`,
    remedy: nearest ? `Did you mean "${nearest}"?` : 'See gatescope --help.',
  });
}

async function main(args: readonly string[]): Promise<number> {
  limitMatches();
  const { output, onInterrupt } = createConsole();
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      output.line(overview());
      return name === undefined ? EXIT.userError : EXIT.ok;
    }
    if (name === '--version' || name === '-v') {
      output.line(VERSION);
      return EXIT.ok;
    }
    const command = findCommand(name);
    const { options, positionals } = parseCommandArguments(command, rest);
    if (options.help) {
      output.line(helpOf(command));
      return EXIT.ok;
    }
    return await command.run({ cwd: process.cwd(), options, positionals, output, onInterrupt });
  } catch (error) {
    return report(error, (text) => output.note(text));
  }
}

function report(thrown: unknown, note: (text: string) => void): number {
  const error = toDiskError(thrown) ?? thrown;
  if (error instanceof CancelledError) return EXIT.interrupted;
  if (error instanceof UserError) {
    note(`gatescope: ${formatUserError(error)}`);
    return EXIT.userError;
  }
  note(`gatescope: this is a bug. ${error instanceof Error ? error.stack : String(error)}`);
  return EXIT.bug;
}

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
