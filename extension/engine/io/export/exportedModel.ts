// What an export is made of, and what it gives: files with fixed bytes for a fixed run, and what they cannot carry.
import type { ResolvedExperiment } from '../../../schema/resolved.ts';
import type { NamedTensor } from '../../types.ts';

/** A run's model with all that it needs to read a text. */
export interface ExportedModel {
  /** Name of the run, for comments. */
  name: string;
  experiment: ResolvedExperiment;
  labels: string[];
  vocabularySize: number;
  /** The text of tokenizer.json; absent for a run that was imported without a vocabulary. */
  tokenizer?: string;
  tensors: readonly NamedTensor[];
}

export interface ExportedFile {
  name: string;
  content: string | Uint8Array;
}

export interface Export {
  files: ExportedFile[];
  /** What is lost, one sentence each. */
  losses: string[];
}

export const classCountOf = ({ experiment, labels, vocabularySize }: ExportedModel): number =>
  experiment.task === 'languageModel' ? vocabularySize : labels.length;

export function tensorOf({ tensors }: ExportedModel, name: string): NamedTensor {
  const tensor = tensors.find((candidate) => candidate.name === name);
  if (!tensor) throw new Error(`There is no tensor "${name}"`);
  return tensor;
}

/** What puts spaces between words before tokenizer.json sees a text. */
export function segmenterOf({ text: { tokenizer } }: ResolvedExperiment): 'jieba' | undefined {
  return 'file' in tokenizer ? undefined : tokenizer.segmenter;
}

/** tokenizer.json, and what is beside it to know of a text: the cleaning steps have no place in a file of another library. */
export function textParts({ experiment, tokenizer }: ExportedModel): Export {
  const { cleaning } = experiment.text;
  const segmenter = segmenterOf(experiment);
  return {
    files: tokenizer === undefined ? [] : [{ name: 'tokenizer.json', content: tokenizer }],
    losses: [
      ...(tokenizer === undefined ? ['The run has no tokenizer: only token ids can be given.'] : []),
      ...(cleaning.length > 0
        ? [`Cleaning (${cleaning.join(', ')}) is not part of it: clean texts the same way first.`]
        : []),
      ...(segmenter === undefined
        ? []
        : [`tokenizer.json takes texts with spaces between their words: " ".join(${segmenter}.cut(text)) in Python.`]),
    ],
  };
}
