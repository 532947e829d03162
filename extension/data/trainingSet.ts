// From the training source to encoded sets: texts are encoded once with provisional ids, and renamed when the split is known.
// Invariant: the vocabulary comes from the training part alone.
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { Turn } from '../text/subword/learning.ts';
import { type Tokenizer, UNK_TOKEN } from '../text/types.ts';
import type { KnownVocabulary } from '../text/vocabulary.ts';
import { createPreparation } from './cleaning.ts';
import { DataError } from './dataError.ts';
import { EncodedStore, fingerprint } from './encodedStore.ts';
import { sortLabels } from './labels.ts';
import { createLearner, type TextLearner } from './learnedText.ts';
import { ProvisionalIds } from './provisionalIds.ts';
import { stratifiedSplit } from './split.ts';
import type { EncodedSet, Example } from './types.ts';

export interface TrainingSets {
  labels: string[];
  tokenizer: Tokenizer;
  train: EncodedSet;
  /** The part that was held out; undefined where validation has a source of its own. */
  heldOut?: EncodedSet;
  /** Held-out texts that also stand in the training part. */
  heldOutDuplicates: number;
  /** Whether a text with this fingerprint is in the training part. */
  hasText(textHash: number): boolean;
}

/** What is settled before the training data is read. */
export interface KnownText {
  /** What cuts texts, where it is not to be learned. */
  tokenizer?: Tokenizer;
  vocabulary?: KnownVocabulary;
}

export class TrainingSetBuilder {
  readonly #experiment: ResolvedExperiment;
  readonly #store = new EncodedStore();
  readonly #tokenIds = new ProvisionalIds();
  readonly #labelIds = new ProvisionalIds();
  readonly #prepare: (text: string) => string;
  /** A tokenizer that is there already, or what learns one. */
  readonly #text: Tokenizer | TextLearner;

  constructor(experiment: ResolvedExperiment, known: KnownText = {}) {
    this.#experiment = experiment;
    this.#text = known.tokenizer ?? createLearner(experiment.text.tokenizer, { known: known.vocabulary });
    this.#prepare = createPreparation(experiment.text);
  }

  #idsOf(text: string): Uint32Array | number[] {
    const { maxLength } = this.#experiment.text;
    if ('encode' in this.#text) return this.#text.encode(text, maxLength).ids;
    const pieces = this.#text.cut(text, maxLength);
    return (pieces.length > 0 ? pieces : [UNK_TOKEN]).map((piece) => this.#tokenIds.idOf(piece));
  }

  add({ text, label, path, line }: Example): undefined {
    const cleaned = this.#prepare(text);
    const ids = this.#idsOf(cleaned);
    const labelId = this.#labelIds.idOf(label);
    this.#store.add(ids, { label: labelId, path, line, textHash: fingerprint(cleaned) });
  }

  /** Ends building. Throws DataError `data.oneLabel`, `data.emptySplit`. */
  async finish(turn: Turn = async () => undefined): Promise<TrainingSets> {
    const labels = sortLabels(this.#labelIds.keys());
    if (labels.length < 2) throw oneLabel(labels);
    const rank = new Map(labels.map((label, index) => [label, index]));
    const labelNames = Int32Array.from(this.#labelIds.keys(), (label) => rank.get(label) as number);
    const { train, validation } = this.#splitIndices(labelNames, labels.length);
    const tokenizer = await this.#settleIds(train, turn);
    this.#store.renameLabels(labelNames);
    const hashes = new Set(Array.from(train, (at) => this.#store.textHash(at)));
    return {
      labels,
      tokenizer,
      train: this.#store.view(train),
      heldOut: validation && this.#store.view(validation),
      heldOutDuplicates: (validation ?? new Uint32Array()).filter((at) => hashes.has(this.#store.textHash(at))).length,
      hasText: (hash) => hashes.has(hash),
    };
  }

  #splitIndices(labelNames: Int32Array, classCount: number): { train: Uint32Array; validation?: Uint32Array } {
    const { data, training } = this.#experiment;
    const labels = Int32Array.from({ length: this.#store.count }, (_, at) => labelNames[this.#store.label(at)]);
    if (!('split' in data.validation)) return { train: Uint32Array.from(labels.keys()) };
    const share = data.validation.split;
    const indices = stratifiedSplit(labels, classCount, { share, seed: training.seed });
    if (indices.validation.length === 0) throw emptySplit(labels.length, share);
    return indices;
  }

  /** Learns the tokenizer from the training part where there is none, and gives all texts its ids. */
  async #settleIds(train: Uint32Array, turn: Turn): Promise<Tokenizer> {
    if ('encode' in this.#text) return this.#text;
    const { tokenizer, idsOf } = await this.#text.learn(this.#tokenIds, this.#counts(train), turn);
    if (idsOf instanceof Uint32Array) this.#store.renameTokens(idsOf);
    else this.#store.spellOut(idsOf, this.#experiment.text.maxLength);
    return tokenizer;
  }

  /** How often each token occurs in the training part. */
  #counts(train: Uint32Array): Uint32Array {
    const counts = new Uint32Array(this.#tokenIds.size);
    for (const at of train) for (const id of this.#store.tokens(at)) counts[id]++;
    return counts;
  }
}

function oneLabel(labels: readonly string[]): DataError {
  return new DataError({
    code: 'data.oneLabel',
    message: `All examples have the label "${labels[0]}".`,
    remedy: 'Check labelColumn and format: classification needs at least two labels.',
    configPath: ['data', 'train'],
  });
}

function emptySplit(count: number, share: number): DataError {
  return new DataError({
    code: 'data.emptySplit',
    message: `A validation share of ${share} holds out none of ${count} examples.`,
    remedy: 'Raise data.validation.split, or give a validation file.',
    configPath: ['data', 'validation', 'split'],
  });
}
