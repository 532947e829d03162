// Reading and changing what a config's text says of fine-tuning, for the editor: comments and all else stay as they are.
import { modify } from 'jsonc-parser';
import type { Experiment } from '../schema/experiment.ts';
import { groupNames, parameterNames } from '../schema/parameterNames.ts';
import { matchPattern } from '../schema/parameterPatterns.ts';
import { resolveExperiment } from '../schema/resolved.ts';
import { patternPlaces } from './checkFineTune.ts';
import { applyEdits, ConfigText } from './configText.ts';

/** A pattern in the text and what it names. */
export interface PatternPlace {
  pattern: string;
  /** Offsets in the text. */
  start: number;
  end: number;
  /** Full names; none where it matches nothing. */
  names: string[];
}

/** Every pattern of `fineTune` with its place. */
export function findPatterns(text: string, experiment: Experiment): PatternPlace[] {
  const { fineTune, model } = experiment;
  if (!fineTune) return [];
  const config = new ConfigText(text);
  const parameters = parameterNames(model);
  return patternPlaces(fineTune).flatMap(({ path, pattern }): PatternPlace[] => {
    const node = config.findKey(path) ?? config.find(path);
    if (!node) return [];
    const match = matchPattern(pattern, parameters);
    const { offset, length } = node;
    return [{ pattern, start: offset, end: offset + length, names: match.kind === 'none' ? [] : match.names }];
  });
}

/** Where `fineTune.freeze` stands: its key. */
export function findFreezeKey(text: string): { start: number; end: number } | undefined {
  const node = new ConfigText(text).findKey(['fineTune', 'freeze']);
  return node && { start: node.offset, end: node.offset + node.length };
}

/** Groups that all patterns of `freeze` together freeze whole, at the start. */
export function frozenGroups({ model, fineTune }: Experiment): string[] {
  const parameters = parameterNames(model);
  const frozen = new Set(
    (fineTune?.freeze ?? []).flatMap((pattern) => {
      const match = matchPattern(pattern, parameters);
      return match.kind === 'none' ? [] : match.names;
    }),
  );
  return groupNames(parameters).filter((group) =>
    parameters.every((parameter) => parameter.group !== group || frozen.has(parameter.name)),
  );
}

/** The text with exactly these groups in `freeze`; patterns that name no whole group stay. */
export function withFrozenGroups(text: string, experiment: Experiment, groups: readonly string[]): string {
  const parameters = parameterNames(experiment.model);
  const all = groupNames(parameters);
  const touchesWhole = (pattern: string): boolean => {
    const match = matchPattern(pattern, parameters);
    if (match.kind === 'none') return true;
    return all.some((group) => parameters.every(({ name, group: own }) => own !== group || match.names.includes(name)));
  };
  const others = (experiment.fineTune?.freeze ?? []).filter((pattern) => !touchesWhole(pattern));
  return withValue(text, ['fineTune', 'freeze'], [...groups, ...others]);
}

/** What Fine-Tune changes of the source's config. */
export interface FineTuneChoice {
  name: string;
  from: string;
  /** Tokens of a source that does not say them. */
  tokens?: string;
  freeze: readonly string[];
  /** Other data than the source's; its `data` otherwise. */
  data?: object;
}

/** The config of a run that goes on from another. */
export function fineTuneConfig(text: string, { name, from, tokens, freeze, data }: FineTuneChoice): string {
  let changed = withValue(text, ['name'], name);
  if (data) changed = withValue(changed, ['data'], data);
  return withValue(changed, ['fineTune'], { from, ...(tokens && { tokens }), freeze: [...freeze], unfreeze: [] });
}

/** The text with this rate in `training.optimizer`; the kind of optimizer stays. */
export function withLearningRate(text: string, experiment: Experiment, learningRate: number): string {
  const { optimizer } = resolveExperiment(experiment, '').training;
  const path = ['training', 'optimizer'];
  if (!experiment.training?.optimizer) return withValue(text, path, { type: optimizer.type, learningRate });
  return withValue(text, [...path, 'learningRate'], learningRate);
}

function withValue(text: string, path: (string | number)[], value: unknown): string {
  const edits = modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } });
  return applyEdits(
    text,
    edits.map(({ offset, length, content }) => ({ start: offset, end: offset + length, text: content })),
  );
}
