// All that can be said of a config without reading its data.
import { getNodeValue } from 'jsonc-parser';
import type { DataFinding } from '../protocol/engineContract.ts';
import { type Experiment, ExperimentSchema } from '../schema/experiment.ts';
import { withRemedy } from '../util/userError.ts';
import { checkFiles, type FileProbe } from './checkFiles.ts';
import { checkFineTune } from './checkFineTune.ts';
import { checkMeaning } from './checkMeaning.ts';
import { checkReferences } from './checkReferences.ts';
import { checkShape } from './checkShape.ts';
import { ConfigText, type JsonPath, replaceNode } from './configText.ts';
import { editConfig } from './editConfig.ts';
import type { ConfigProblem, ProblemFix } from './problem.ts';

export interface ValidatedConfig {
  /** The config as written; undefined where syntax or shape is wrong. */
  experiment?: Experiment;
  problems: readonly ConfigProblem[];
}

/** Syntax, shape and contradictions, in the order of the text. */
export function validateConfig(text: string): ValidatedConfig {
  const config = new ConfigText(text);
  const { root, syntaxProblems } = config;
  if (syntaxProblems.length > 0 || !root) return { problems: syntaxProblems };
  const shape = checkShape(config, ExperimentSchema);
  if (shape.some(({ severity }) => severity === 'error')) return { problems: inOrder(shape) };
  const experiment = getNodeValue(root) as Experiment;
  return {
    experiment,
    problems: inOrder([...shape, ...checkMeaning(config, experiment), ...checkFineTune(config, experiment)]),
  };
}

/** Missing files and datasets, and those of the wrong kind; nothing for a config of the wrong shape. */
export async function validateFiles(text: string, probe: FileProbe): Promise<readonly ConfigProblem[]> {
  const { experiment } = validateConfig(text);
  if (!experiment) return [];
  const config = new ConfigText(text);
  return inOrder([
    ...(await checkFiles(config, experiment, probe)),
    ...(await checkReferences(config, experiment, probe)),
  ]);
}

/** A finding in the data, at the key it is about or the nearest key above. */
export function problemOfFinding(text: string, finding: DataFinding): ConfigProblem {
  const { code, severity, path, suggestion, change } = finding;
  const config = new ConfigText(text);
  const message = withRemedy(finding.message, finding.remedy);
  const value = config.find(path);
  const fixes: ProblemFix[] =
    value && suggestion !== undefined
      ? [replaceNode(`Change to "${suggestion}"`, value, JSON.stringify(suggestion))]
      : [];
  if (change) fixes.push({ title: change.title, edits: editConfig(text, change.path, change.value) });
  const { offset, length } = shownPlace(config, path);
  return { code, severity, message, start: offset, end: offset + length, fixes };
}

/** A plain value itself; of an object or a list its key, as marking all of it would mark half of the config. */
function shownPlace(config: ConfigText, path: JsonPath): { offset: number; length: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const node = config.find(path.slice(0, depth));
    if (!node) continue;
    const isBlock = node.type === 'object' || node.type === 'array';
    return isBlock ? (config.findKey(path.slice(0, depth)) ?? node) : node;
  }
  return { offset: config.root?.offset ?? 0, length: 1 };
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.start - b.start || a.end - b.end);
}
