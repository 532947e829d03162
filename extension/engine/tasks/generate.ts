// Text from a language model: token after token, each drawn from the model's prediction and fed back to it.
import { Rng } from '../../util/rng.ts';
import { createBatch } from '../layers/batch.ts';
import type { Model } from '../model.ts';
import { carryState } from './carriedState.ts';
import type { CarriedState } from './task.ts';

export interface DrawOptions {
  /** Logits are divided by it: below 1 tamer, above 1 wilder; 0 always takes the most probable token. */
  temperature: number;
  /** Only the k most probable tokens are drawn from; all of them where absent. */
  topK?: number;
}

/** Entries of the vocabulary that stand for no text: [PAD] and [UNK]. They are never written. */
const FIRST_TOKEN = 2;

/** Tokens of a prompt that are read at once: memory does not grow with its length. */
const READ_AT_ONCE = 256;

/** Writes on from a prompt (at least one token), token by token. What it writes is a pure function of its arguments. */
export class TokenWriter {
  readonly #model: Model;
  readonly #options: DrawOptions;
  readonly #rng: Rng;
  #input: Uint32Array;
  #state: CarriedState | undefined;

  constructor(model: Model, prompt: Uint32Array, options: DrawOptions & { seed: number }) {
    this.#model = model;
    this.#options = options;
    this.#rng = new Rng(options.seed, 'generate');
    this.#input = prompt;
  }

  next(): number {
    let from = 0;
    for (; this.#input.length - from > READ_AT_ONCE; from += READ_AT_ONCE) {
      this.#read(this.#input.subarray(from, from + READ_AT_ONCE));
    }
    const id = drawToken(this.#read(this.#input.subarray(from)), this.#options, this.#rng);
    this.#input = Uint32Array.of(id);
    return id;
  }

  /** Moves the state on; the logits [V] of what follows. */
  #read(ids: Uint32Array): Float32Array {
    const final: CarriedState = [];
    const logits = this.#model.logits(createBatch([ids]), carryState(this.#model, 1, { initial: this.#state, final }));
    this.#state = final;
    return logits.subarray(logits.length - this.#model.shape.classCount);
  }
}

/** One id of a row of logits [V]. Ties go to the smaller id. */
export function drawToken(logits: Float32Array, { temperature, topK }: DrawOptions, rng: Rng): number {
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
