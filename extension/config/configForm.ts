// The form of a config's text, whole: its fields, what counts where nothing stands, and why there are none while the text is broken.
import type { FormField, FormPath } from '../protocol/formContract.ts';
import type { Experiment } from '../schema/experiment.ts';
import { type ResolvedExperiment, resolveExperiment } from '../schema/resolved.ts';
import { ConfigText } from './configText.ts';
import { isBlankConfig } from './editConfig.ts';
import { formFields } from './formFields.ts';
import { memberOf } from './formPlaces.ts';
import { toLineColumn } from './place.ts';
import type { ConfigProblem } from './problem.ts';
import { validateConfig } from './validateConfig.ts';

export interface ConfigForm {
  root: FormField;
  /** The config with its defaults filled in; of a config with errors, the defaults alone. */
  effective: ResolvedExperiment;
  isBlank: boolean;
}

/** Why a text is no config: where it breaks, and how. */
export interface BrokenText {
  message: string;
  /** 1-based. */
  line: number;
  start: number;
}

const NO_CONFIG: Experiment = { data: { train: { path: '' } }, model: { encoder: { type: 'lstm' } } };

/** `others`: problems that the text alone does not show. `name`: what an experiment without a name is called. */
export function configForm(text: string, name: string, others: readonly ConfigProblem[] = []): ConfigForm {
  const { experiment, problems } = validateConfig(text);
  const effective = resolveExperiment(experiment ?? NO_CONFIG, name);
  const isBlank = isBlankConfig(text);
  // Of a config that has errors its data is not known, and "" is nothing to show.
  const shown = experiment ? effective : { ...effective, data: { ...effective.data, train: undefined } };
  const known = isBlank ? [] : [...problems, ...others];
  return { root: formFields({ text, effective: shown, problems: known }), effective, isBlank };
}

/** Undefined where the text is a JSON object, or nothing yet. */
export function brokenBy(text: string): BrokenText | undefined {
  if (isBlankConfig(text)) return undefined;
  const { root, syntaxProblems } = new ConfigText(text);
  const [first] = syntaxProblems;
  if (!first && root?.type === 'object') return undefined;
  const start = first?.start ?? 0;
  return { message: first?.message ?? 'A config is an object { … }.', line: toLineColumn(text, start).line, start };
}

/** Where the value at `path` stands in the text; undefined where it does not. */
export function spanAt(text: string, path: FormPath): { start: number; end: number } | undefined {
  const { root } = new ConfigText(text);
  const node = path.reduce((at, key) => memberOf(at, key), root);
  return node && { start: node.offset, end: node.offset + node.length };
}
