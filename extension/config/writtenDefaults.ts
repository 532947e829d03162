// Defaults that matter to a run and are not written: what an editor shows at the end of the objects that lack them.
import type { Experiment } from '../schema/experiment.ts';
import { resolveExperiment } from '../schema/resolved.ts';
import { ConfigText, type JsonPath } from './configText.ts';

export interface DefaultHint {
  /** Offset behind the opening brace or the last member of the object that lacks the keys. */
  offset: number;
  /** Dotted below the object, each with its value as JSON. */
  keys: { key: string; value: string }[];
}

/** By object: the keys that are worth a word, and the objects below that need not be written themselves. */
const WORTHY: readonly { at: JsonPath; keys: readonly string[] }[] = [
  {
    at: [],
    keys: [
      'text.tokenizer.type',
      'text.maxLength',
      'training.epochs',
      'training.batchSize',
      'training.seed',
      'training.optimizer.learningRate',
    ],
  },
  { at: ['text'], keys: ['tokenizer.type', 'maxLength'] },
  { at: ['text', 'tokenizer'], keys: ['type'] },
  { at: ['model'], keys: ['embedding.size', 'pooling'] },
  { at: ['model', 'embedding'], keys: ['size'] },
  { at: ['model', 'encoder'], keys: ['hiddenSize', 'layers'] },
  {
    at: ['training'],
    keys: ['epochs', 'batchSize', 'sequenceLength', 'seed', 'optimizer.learningRate'],
  },
  { at: ['training', 'optimizer'], keys: ['learningRate'] },
];

/** Of a config of the right shape, in the order of the text. */
export function unwrittenDefaults(text: string, experiment: Experiment): DefaultHint[] {
  const config = new ConfigText(text);
  const resolved = resolveExperiment(experiment, '');
  const hints = WORTHY.flatMap(({ at, keys }): DefaultHint[] => {
    const node = config.find(at);
    if (node?.type !== 'object') return [];
    const missing = keys.flatMap((key) => {
      const [first, ...below] = key.split('.');
      // A section that is written has hints of its own.
      if (config.find([...at, first])) return [];
      const value = valueAt(resolved, [...at, first, ...below]);
      return value === undefined ? [] : [{ key, value: JSON.stringify(value) }];
    });
    const last = node.children?.at(-1);
    const offset = last ? last.offset + last.length : node.offset + 1;
    return missing.length > 0 ? [{ offset, keys: missing }] : [];
  });
  return hints.sort((a, b) => a.offset - b.offset);
}

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined),
    value,
  );
}
