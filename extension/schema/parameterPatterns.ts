// How a config names parameters: the exact name of a group first, then a glob (* and ?) over full names; a regular expression only as /…/.
// Invariant: matching takes time linear in a name's length or is refused: configs of others are matched while one looks at them.
import { nearestName } from '../util/editDistance.ts';
import { groupNames, type NamedParameter } from './parameterNames.ts';

/** What a pattern means for a model. */
export type PatternMatch =
  | { kind: 'group' | 'glob' | 'regex'; names: string[] }
  /** Nothing is matched; `nearest` is what may have been meant. */
  | { kind: 'none'; reason: string; nearest?: string };

const MAX_PATTERN_LENGTH = 200;
/** More repeats, or a repeated group, could make a regular expression take exponential time. */
const MAX_REPEATS = 3;

/** The parameters that a pattern names, in order. */
export function matchPattern(pattern: string, parameters: readonly NamedParameter[]): PatternMatch {
  const inGroup = parameters.filter(({ group }) => group === pattern);
  if (inGroup.length > 0) return { kind: 'group', names: inGroup.map(({ name }) => name) };
  if (pattern.length > MAX_PATTERN_LENGTH)
    return { kind: 'none', reason: `it is longer than ${MAX_PATTERN_LENGTH} characters` };
  const expression = /^\/([\s\S]+)\/$/.exec(pattern)?.[1];
  if (expression !== undefined) return matchExpression(expression, parameters);
  const names = parameters.map(({ name }) => name).filter((name) => matchesGlob(pattern, name));
  return names.length > 0 ? { kind: 'glob', names } : nothing(pattern, parameters);
}

/** All parameters that any of the patterns names; a pattern that names none adds nothing. */
export function matchPatterns(patterns: readonly string[], parameters: readonly NamedParameter[]): Set<string> {
  return new Set(
    patterns.flatMap((pattern) => {
      const match = matchPattern(pattern, parameters);
      return match.kind === 'none' ? [] : match.names;
    }),
  );
}

function matchExpression(expression: string, parameters: readonly NamedParameter[]): PatternMatch {
  const problem = expressionProblem(expression);
  if (problem) return { kind: 'none', reason: problem };
  const regex = new RegExp(expression, 'u');
  const names = parameters.map(({ name }) => name).filter((name) => regex.test(name));
  return names.length > 0 ? { kind: 'regex', names } : { kind: 'none', reason: 'no parameter has such a name' };
}

function expressionProblem(expression: string): string | undefined {
  try {
    new RegExp(expression, 'u');
  } catch (error) {
    return `it is not a regular expression (${(error as Error).message.replace(/^.*: /, '')})`;
  }
  const plain = expression.replace(/\\./g, '_').replace(/\[[^\]]*\]/g, '_');
  if (/\)[*+{?]/.test(plain) || /\\[1-9k]/.test(expression))
    return 'a regular expression here cannot repeat a group or refer to one';
  const repeats = plain.match(/[*+{]/g)?.length ?? 0;
  return repeats > MAX_REPEATS ? `a regular expression here repeats at most ${MAX_REPEATS} times` : undefined;
}

function nothing(pattern: string, parameters: readonly NamedParameter[]): PatternMatch {
  const nearest = nearestName(pattern, [...groupNames(parameters), ...parameters.map(({ name }) => name)]);
  return { kind: 'none', reason: 'no group and no parameter has such a name', nearest };
}

/** `*` stands for any characters, `?` for one; everything else for itself. Goes back to the last star only. */
export function matchesGlob(glob: string, name: string): boolean {
  let [at, to] = [0, 0];
  let star = -1;
  let resume = 0;
  while (to < name.length) {
    if (glob[at] === '*') {
      star = at++;
      resume = to;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === name[to])) {
      at++;
      to++;
    } else if (star >= 0) {
      at = star + 1;
      to = ++resume;
    } else {
      return false;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
