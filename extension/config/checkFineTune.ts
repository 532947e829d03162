// What a config says of freezing and rates that its model cannot follow: patterns that match nothing, a model of which nothing moves.
import type { Experiment } from '../schema/experiment.ts';
import type { FineTune } from '../schema/fineTune.ts';
import { type NamedParameter, parameterNames } from '../schema/parameterNames.ts';
import { matchPattern, matchPatterns } from '../schema/parameterPatterns.ts';
import { recipeOf } from '../schema/recipes.ts';
import { DEFAULT_EPOCHS } from '../schema/trainingSection.ts';
import { type ConfigText, type JsonPath, replaceNode } from './configText.ts';
import type { ConfigProblem, ProblemFix } from './problem.ts';

type Unfreeze = NonNullable<FineTune['unfreeze']>[number];

/** Of a config of the right shape. */
export function checkFineTune(config: ConfigText, experiment: Experiment): ConfigProblem[] {
  const { fineTune, model } = experiment;
  if (!fineTune) return [];
  const parameters = parameterNames(model);
  return [
    ...patternProblems(config, fineTune, parameters),
    ...orderProblems(config, experiment),
    ...frozenProblems(config, experiment, parameters),
    ...sourceProblems(config, fineTune),
    ...embeddingProblems(config, experiment),
  ];
}

/** Every pattern of `fineTune` with its place: an item of a list, or a key of an object. */
export function patternPlaces({ freeze = [], unfreeze = [], learningRates = {}, weightDecays = {} }: FineTune): {
  path: JsonPath;
  pattern: string;
}[] {
  const keys = (name: string, rates: Record<string, number>) =>
    Object.keys(rates).map((pattern) => ({ path: ['fineTune', name, pattern], pattern }));
  return [
    ...freeze.map((pattern, at) => ({ path: ['fineTune', 'freeze', at], pattern })),
    ...unfreeze.flatMap(({ groups }, entry) =>
      groups.map((pattern, at) => ({ path: ['fineTune', 'unfreeze', entry, 'groups', at], pattern })),
    ),
    ...keys('learningRates', learningRates),
    ...keys('weightDecays', weightDecays),
  ];
}

function patternProblems(
  config: ConfigText,
  fineTune: FineTune,
  parameters: readonly NamedParameter[],
): ConfigProblem[] {
  return patternPlaces(fineTune).flatMap(({ path, pattern }): ConfigProblem[] => {
    const match = matchPattern(pattern, parameters);
    const node = config.findKey(path) ?? config.find(path);
    if (match.kind !== 'none' || !node) return [];
    const { reason, nearest } = match;
    const groups = [...new Set(parameters.map(({ group }) => group))].map((group) => `"${group}"`).join(', ');
    const remedy = nearest ? `Did you mean "${nearest}"?` : `Groups: ${groups}.`;
    const fixes: ProblemFix[] = nearest
      ? [replaceNode(`Change to "${nearest}"`, node, JSON.stringify(nearest))]
      : [config.fixByRemoval(`Remove "${pattern}"`, path)];
    const message = `"${pattern}" matches nothing: ${reason}. ${remedy}`;
    const { offset, length } = node;
    return [{ code: 'fineTune.noMatch', severity: 'error', message, start: offset, end: offset + length, fixes }];
  });
}

/** Entries act in their order, so epochs must not go back; an epoch after the last never comes. */
function orderProblems(config: ConfigText, { fineTune, training }: Experiment): ConfigProblem[] {
  const epochs = training?.epochs ?? DEFAULT_EPOCHS;
  const problems: ConfigProblem[] = [];
  let before = 0;
  for (const [at, entry] of (fineTune?.unfreeze ?? []).entries()) {
    if (!('epoch' in entry)) continue;
    const { epoch } = entry;
    const path = ['fineTune', 'unfreeze', at, 'epoch'];
    if (epoch < before) {
      const message = `Entries act in order: epoch ${epoch} cannot come after epoch ${before}.`;
      problems.push(
        ...problemAt(config, path, 'error', message, [config.fixByValue(`Change to ${before}`, path, before)]),
      );
    } else if (epoch > epochs) {
      const message = `Training ends with epoch ${epochs}: this never happens.`;
      problems.push(...problemAt(config, path, 'warning', message, [fixEpochs(config, epoch)]));
    }
    before = Math.max(before, epoch);
  }
  return problems;
}

function frozenProblems(
  config: ConfigText,
  { fineTune = {}, model, training }: Experiment,
  parameters: readonly NamedParameter[],
): ConfigProblem[] {
  const epochs = training?.epochs ?? DEFAULT_EPOCHS;
  const { freeze = [], unfreeze = [] }: FineTune = fineTune.recipe
    ? { ...recipeOf(fineTune.recipe, model, epochs).fineTune, ...fineTune }
    : fineTune;
  const frozen = matchPatterns(freeze, parameters);
  const atStart = unfreeze.filter((entry: Unfreeze) => 'epoch' in entry && entry.epoch === 1);
  if (frozen.size === parameters.length && atStart.length === 0) {
    const path = fineTune.freeze ? ['fineTune', 'freeze'] : ['fineTune', 'recipe'];
    const fix = config.fixByRemoval(`Remove "${path[1]}"`, path);
    return problemAt(config, path, 'error', 'Everything is frozen: there is nothing to train.', [fix]);
  }
  if (!fineTune.recipe || fineTune.unfreeze) return [];
  const tooLate = unfreeze.filter((entry: Unfreeze) => 'epoch' in entry && entry.epoch > epochs);
  const late = tooLate.flatMap(({ groups }) => groups);
  if (late.length === 0) return [];
  const needed = Math.max(...tooLate.map((entry) => ('epoch' in entry ? entry.epoch : 0)));
  const message = `With ${epochs} epochs ${late.join(', ')} ${late.length === 1 ? 'is' : 'are'} never unfrozen.`;
  return problemAt(config, ['fineTune', 'recipe'], 'warning', message, [fixEpochs(config, needed)]);
}

const fixEpochs = (config: ConfigText, epochs: number): ProblemFix =>
  config.fixByValue(`Set "epochs": ${epochs}`, ['training', 'epochs'], epochs);

/** `vocabulary` and `tokens` speak of a source's. */
function sourceProblems(config: ConfigText, fineTune: FineTune): ConfigProblem[] {
  if (fineTune.from !== undefined) return [];
  const message = 'Without "from" there is no other vocabulary: all tokens come from the training data.';
  return (['vocabulary', 'tokens'] as const).flatMap((key) => {
    const path = ['fineTune', key];
    if (fineTune[key] === undefined) return [];
    return problemAt(config, path, 'warning', message, [config.fixByRemoval(`Remove "${key}"`, path)]);
  });
}

/** Rows cannot start from two places. */
function embeddingProblems(config: ConfigText, { model, fineTune }: Experiment): ConfigProblem[] {
  if (fineTune?.from === undefined || !model.embedding || !('vectors' in model.embedding)) return [];
  const path = ['model', 'embedding', 'vectors'];
  const fix = config.fixByRemoval('Remove "vectors"', path);
  return problemAt(
    config,
    path,
    'error',
    'The embedding comes from fineTune.from: it cannot start from word vectors too.',
    [fix],
  );
}

function problemAt(
  config: ConfigText,
  path: JsonPath,
  severity: ConfigProblem['severity'],
  message: string,
  fixes: ProblemFix[] = [],
): ConfigProblem[] {
  const node = config.findKey(path) ?? config.findNearest(path);
  if (!node) return [];
  return [
    { code: 'config.contradiction', severity, message, start: node.offset, end: node.offset + node.length, fixes },
  ];
}
