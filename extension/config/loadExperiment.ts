// From the text of a config to a resolved experiment, or to one error that lists what is wrong.
import { type ResolvedExperiment, resolveExperiment } from '../schema/resolved.ts';
import { UserError } from '../util/userError.ts';
import { formatProblem, toLineColumn } from './place.ts';
import type { ConfigProblem } from './problem.ts';
import { validateConfig } from './validateConfig.ts';

const MAX_LISTED = 20;

/** What an editor's settings say where the config is silent. */
export type EngineDefaults = Partial<ResolvedExperiment['engine']>;

/** Throws UserError `config.invalid`. `path` names the config in errors, and an experiment without a name. */
export function loadExperiment(text: string, path: string, engine: EngineDefaults = {}): ResolvedExperiment {
  const { experiment, problems } = validateConfig(text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!experiment) throw errors.length > 0 ? invalidConfig(path, text, errors) : emptyConfig(path);
  if (errors.length > 0) throw invalidConfig(path, text, errors);
  return resolveExperiment({ ...experiment, engine: { ...engine, ...experiment.engine } }, nameOf(path));
}

/** The file name without its ending. */
function nameOf(path: string): string {
  return path.replace(/^.*[/\\]/, '').replace(/(\.gatescope)?\.jsonc?$/i, '');
}

function emptyConfig(path: string): UserError {
  return new UserError({
    code: 'config.invalid',
    message: `${path} is empty.`,
    remedy: 'A config needs "data" and "model".',
    place: { path, line: 1, column: 1 },
  });
}

/** One error stands at its place; more are listed. */
export function invalidConfig(path: string, text: string, errors: readonly ConfigProblem[]): UserError {
  const [first] = errors;
  if (errors.length === 1) {
    return new UserError({
      code: 'config.invalid',
      message: first.message,
      place: { path, ...toLineColumn(text, first.start) },
    });
  }
  const lines = errors.slice(0, MAX_LISTED).map((problem) => formatProblem(path, text, problem));
  const more = errors.length > MAX_LISTED ? [`… and ${errors.length - MAX_LISTED} more`] : [];
  return new UserError({
    code: 'config.invalid',
    message: `${path} has ${errors.length} errors:\n${[...lines, ...more].join('\n')}\n`,
    remedy: 'Mend the config, then train.',
  });
}
