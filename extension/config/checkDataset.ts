// All that can be said of a dataset manifest: shape, contradictions, and files that are not there.
import { getNodeValue } from 'jsonc-parser';
import { type Dataset, DatasetSchema } from '../schema/dataset.ts';
import { type FileProbe, nearestPath } from './checkFiles.ts';
import { checkShape } from './checkShape.ts';
import { ConfigText, type JsonPath, replaceNode } from './configText.ts';
import type { ConfigProblem, ProblemFix } from './problem.ts';

export interface ValidatedDataset {
  /** The manifest as written; undefined where syntax or shape is wrong. */
  dataset?: Dataset;
  problems: readonly ConfigProblem[];
}

/** Syntax, shape and contradictions, in the order of the text. */
export function validateDataset(text: string): ValidatedDataset {
  const config = new ConfigText(text);
  const { root, syntaxProblems } = config;
  if (syntaxProblems.length > 0 || !root) return { problems: syntaxProblems };
  const shape = checkShape(config, DatasetSchema);
  if (shape.some(({ severity }) => severity === 'error')) return { problems: shape };
  const dataset = getNodeValue(root) as Dataset;
  const problems = [...shape, ...new DatasetCheck(config, dataset).problems()].sort((a, b) => a.start - b.start);
  return { dataset, problems };
}

/** Files of a valid manifest that are missing. Paths of the probe are relative to the manifest. */
export async function validateDatasetFiles(text: string, probe: FileProbe): Promise<readonly ConfigProblem[]> {
  const { dataset, problems } = validateDataset(text);
  if (!dataset || problems.some(({ severity }) => severity === 'error')) return [];
  const config = new ConfigText(text);
  const found: ConfigProblem[] = [];
  for (const [at, { path }] of dataset.files.entries()) {
    const node = config.find(['files', at, 'path']);
    if (!node || (await probe.kind(probe.resolve(path))) !== undefined) continue;
    const nearest = await nearestPath(path, probe);
    const remedy = nearest ? `Did you mean "${nearest}"?` : 'Paths are relative to the manifest.';
    const message = `There is no "${path}". ${remedy}`;
    const { offset: start, length } = node;
    const fixes = nearest ? [replaceNode(`Change to "${nearest}"`, node, JSON.stringify(nearest))] : [];
    found.push({ code: 'data.fileMissing', severity: 'error', message, start, end: start + length, fixes });
  }
  return found;
}

class DatasetCheck {
  readonly #config: ConfigText;
  readonly #dataset: Dataset;
  readonly #found: ConfigProblem[] = [];

  constructor(config: ConfigText, dataset: Dataset) {
    this.#config = config;
    this.#dataset = dataset;
  }

  problems(): ConfigProblem[] {
    for (const key of ['files', 'exclude'] as const) {
      for (const [at, { path }] of (this.#dataset[key] ?? []).entries()) this.#checkPath([key, at, 'path'], path);
    }
    this.#checkSplits();
    this.#checkFiles();
    return this.#found;
  }

  /** A manifest comes with data from elsewhere: it names nothing outside its folder. */
  #checkPath(at: JsonPath, path: string): void {
    const isOutside = /^(?:[/\\]|[a-zA-Z]:)/.test(path) || path.split(/[/\\]/).includes('..');
    if (!isOutside) return;
    const remedy = 'Put the manifest into a folder above its data.';
    this.#add('dataset.pathOutside', at, `"${path}" is outside the folder of the manifest. ${remedy}`);
  }

  #checkSplits(): void {
    const { splits } = this.#dataset;
    if (!splits) return;
    const { validation = 0, test = 0, folds, groupColumn, stratified } = splits;
    if (validation + test >= 1) {
      const larger = validation > test ? 'validation' : 'test';
      const fix = this.#config.fixByRemoval(`Remove "${larger}"`, ['splits', larger]);
      this.#add('dataset.splits', ['splits'], `Shares of ${validation} and ${test} leave nothing to train on.`, [fix]);
    }
    if (folds !== undefined && validation + test > 0) {
      const key = splits.validation === undefined ? 'test' : 'validation';
      const fix = this.#config.fixByRemoval(`Remove "${key}"`, ['splits', key]);
      this.#add('dataset.splits', ['splits', key], 'Give either folds or shares, not both.', [fix]);
    }
    if (groupColumn !== undefined && stratified === true) {
      const fix = this.#config.fixByRemoval('Remove "stratified"', ['splits', 'stratified']);
      this.#add('dataset.splits', ['splits', 'stratified'], 'Rows that stay in groups cannot be stratified.', [fix]);
    }
    for (const part of ['validation', 'test'] as const) {
      if (splits[part] === undefined || !this.#dataset.files.some((file) => file.part === part)) continue;
      const fix = this.#config.fixByRemoval(`Remove "${part}"`, ['splits', part]);
      const message = `There is a file with the ${part} part already.`;
      this.#add('dataset.splits', ['splits', part], message, [fix]);
    }
  }

  #checkFiles(): void {
    const { files, kind, splits } = this.#dataset;
    if (!files.some(({ part = 'train' }) => part === 'train')) {
      const fix = this.#config.fixByValue('Take the first file for training', ['files', 0, 'part'], 'train');
      this.#add('dataset.noPart', ['files'], 'No file has the part "train".', [fix]);
    }
    if (kind === 'text' && splits) {
      const message =
        'Running text is not split by rows; a config holds out its end with "validation": { "split": 0.1 }.';
      this.#add('dataset.splits', ['splits'], message, [this.#config.fixByRemoval('Remove "splits"', ['splits'])]);
    }
    for (const [at, { format }] of files.entries()) {
      if (format !== 'text' || kind === 'text') continue;
      const fix = this.#config.fixByValue('Set "kind": "text"', ['kind'], 'text');
      this.#add('dataset.kind', ['files', at, 'format'], 'Running text has no labels.', [fix]);
    }
  }

  #add(code: string, at: JsonPath, message: string, fixes: ProblemFix[] = []): void {
    const value = this.#config.find(at);
    const node = (value?.type === 'object' || value?.type === 'array' ? this.#config.findKey(at) : value) ?? value;
    if (!node) return;
    const { offset: start, length } = node;
    this.#found.push({ code, severity: 'error', message, start, end: start + length, fixes });
  }
}
