// What a subcommand of `gatescope` is: its options (parsed by node:util), its help, and what it does.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearestName } from '../../util/editDistance.ts';
import { UserError } from '../../util/userError.ts';

/** Exit codes of the command line. */
export const EXIT = { ok: 0, userError: 1, bug: 2, interrupted: 130 } as const;

export interface OptionHelp {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  /** How the value is called in the help, e.g. `FILE`. */
  value?: string;
  description: string;
}

export interface CommandContext {
  cwd: string;
  options: Record<string, string | boolean | string[] | undefined>;
  positionals: string[];
  output: Output;
  /** The first Ctrl-C asks to stop, the second to leave at once. */
  onInterrupt(listener: (count: number) => void): void;
}

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  /** A line of the result. */
  line(text: string): void;
  /** A piece of the result, without a line's end. */
  write(text: string): void;
  /** A line about what is going on; not part of the result. */
  note(text: string): void;
  isTerminal: boolean;
  /** The raw stream for progress bars. */
  status: { write(text: string): void; columns: number };
}

export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** e.g. `gatescope train CONFIG [options]` */
  usage: string;
  options: Record<string, OptionHelp>;
  /** More help: what arguments mean, examples. */
  details?: string;
  /** Returns the exit code. */
  run(context: CommandContext): Promise<number>;
}

export const JSON_OPTION: OptionHelp = { type: 'boolean', description: 'Print JSON, one object a line.' };
const HELP_OPTION: OptionHelp = { type: 'boolean', short: 'h', description: 'Print this help.' };

export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP_OPTION }).map(([name, option]) => {
    const value = option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : '';
    return [`${option.short ? `-${option.short}, ` : '    '}--${name}${value}`, option.description];
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const options = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
  return [`Usage: ${command.usage}`, command.summary, `Options:\n${options}`, command.details]
    .filter(Boolean)
    .join('\n\n');
}

export interface ParsedArguments {
  options: CommandContext['options'];
  positionals: string[];
}

/** Parses the arguments after the command's name; unknown options are a UserError. */
export function parseCommandArguments(command: Command, args: string[]): ParsedArguments {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { type, short, multiple }] of Object.entries({ ...command.options, help: HELP_OPTION })) {
    options[name] = { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) };
  }
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { options: values as ParsedArguments['options'], positionals };
  } catch (cause) {
    throw usageError(command, describeParseError(cause as NodeJS.ErrnoException, Object.keys(options)), cause);
  }
}

/** Node's words on arguments, without its advice: some of them run over three lines, others lack their full stop. */
function describeParseError({ code, message }: NodeJS.ErrnoException, known: string[]): string {
  const [, option = ''] = /'(?:-\w, )?(-[^' ]+)/.exec(message) ?? [];
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const nearest = option.startsWith('--') ? nearestName(option.slice(2), known) : undefined;
    const hint = nearest ? `Did you mean --${nearest}?` : 'A text that begins with a dash goes behind " -- ".';
    return `There is no option ${option}. ${hint}`;
  }
  if (message.includes('ambiguous'))
    return `${option} needs a value; one that begins with a dash is given as ${option}=….`;
  if (message.includes('argument missing')) return `${option} needs a value.`;
  return `${message.split('\n')[0].replace(/[.:]?$/, '')}.`;
}

export function usageError(command: Pick<Command, 'name'>, message: string, cause?: unknown): UserError {
  return new UserError({ code: 'cli.usage', message, remedy: `See gatescope ${command.name} --help.`, cause });
}

/** A string option, or undefined when it is absent. */
export function stringOption(context: CommandContext, name: string): string | undefined {
  const value = context.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** A whole number option of at least `minimum`. */
export function integerOption(
  command: Pick<Command, 'name'>,
  context: CommandContext,
  name: string,
  minimum: number,
): number | undefined {
  const text = stringOption(context, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
  throw usageError(command, `--${name} needs a whole number of at least ${minimum}, not "${text}".`);
}

/** A number option of at least `minimum`. */
export function numberOption(
  command: Pick<Command, 'name'>,
  context: CommandContext,
  name: string,
  minimum: number,
): number | undefined {
  const text = stringOption(context, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= minimum) return value;
  throw usageError(command, `--${name} needs a number of at least ${minimum}, not "${text}".`);
}
