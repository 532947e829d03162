// Text from a language model: token after token, each drawn from the model's prediction and fed back to it.
import { Rng } from '../../util/rng.ts';
import { createBatch } from '../layers/batch.ts';
import type { Model } from '../model.ts';
import { carryState } from './carriedState.ts';
import type { CarriedState } from './task.ts';

export interface GenerateOptions {
  /** Tokens to write. */
  length: number;
  /** Logits are divided by it: below 1 bolder, above 1 wilder; 0 always takes the most probable token. */
  temperature: number;
  /** Only the k most probable tokens are drawn from; all of them where absent. */
  topK?: number;
  seed: number;
}

/** Entries of the vocabulary that stand for no text: [PAD] and [UNK]. They are never written. */
const FIRST_TOKEN = 2;

/** Ids of `options.length` tokens that go on from `prompt` (at least one token), without it. A pure function of its arguments. */
export function generateTokens(model: Model, prompt: Uint32Array, options: GenerateOptions): Uint32Array {
  const writer = new TokenWriter(model, prompt, options);
  return Uint32Array.from({ length: options.length }, () => writer.next());
}

/** Writes one token at a time, so that long texts leave others their turn. */
export class TokenWriter {
  readonly #model: Model;
  readonly #options: Omit<GenerateOptions, 'length'>;
  readonly #rng: Rng;
  #input: Uint32Array;
  #state: CarriedState | undefined;

  constructor(model: Model, prompt: Uint32Array, options: Omit<GenerateOptions, 'length'>) {
    this.#model = model;
    this.#options = options;
    this.#rng = new Rng(options.seed, 'generate');
    this.#input = prompt;
  }

  next(): number {
    const { classCount } = this.#model.shape;
    const final: CarriedState = [];
    const logits = this.#model.logits(
      createBatch([this.#input]),
      carryState(this.#model, 1, { initial: this.#state, final }),
    );
    const id = drawToken(logits.subarray(logits.length - classCount), this.#options, this.#rng);
    this.#state = final;
    this.#input = Uint32Array.of(id);
    return id;
  }
}

/** One id of a row of logits [V]. Ties go to the smaller id. */
export function drawToken(
  logits: Float32Array,
  { temperature, topK }: Pick<GenerateOptions, 'temperature' | 'topK'>,
  rng: Rng,
): number {
  const ids = Array.from({ length: logits.length - FIRST_TOKEN }, (_, at) => at + FIRST_TOKEN);
  ids.sort((a, b) => logits[b] - logits[a] || a - b);
  if (temperature === 0) return ids[0];
  const kept = topK === undefined ? ids : ids.slice(0, topK);
  const weights = kept.map((id) => Math.exp((logits[id] - logits[ids[0]]) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = rng.nextFloat() * total;
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return kept[at];
  }
  return kept[kept.length - 1];
}
