// The proof that frozen parameters did not move: SHA-256 of their bytes when they were frozen, compared when that ends.
import { createHash } from 'node:crypto';
import type { NamedTensor } from '../engine/types.ts';

export class FrozenWatch {
  readonly #weights: () => readonly NamedTensor[];
  /** Frozen now, with the hash of that moment. */
  #held = new Map<string, string>();
  /** Frozen ever since the run began. */
  #always: ReadonlySet<string> = new Set();

  /** `weights` gives the weights in training as they are. */
  constructor(weights: () => readonly NamedTensor[]) {
    this.#weights = weights;
  }

  /**
   * Another set of parameters is frozen from here on; `always` of them were never trained in this run. Throws where one that was frozen
   * until now has changed: a bug.
   */
  change(frozen: ReadonlySet<string>, always: ReadonlySet<string>): void {
    this.check(this.#weights());
    const weights = this.#weights().filter(({ name }) => frozen.has(name));
    this.#held = new Map(weights.map((tensor) => [tensor.name, hashOf(tensor)]));
    this.#always = always;
  }

  /** Throws where a frozen parameter of `weights` is not what it was. */
  check(weights: readonly NamedTensor[]): void {
    for (const tensor of weights) {
      const held = this.#held.get(tensor.name);
      if (held !== undefined && held !== hashOf(tensor)) throw new Error(`${tensor.name} was frozen, and has changed`);
    }
  }

  /** What was frozen from the start until now, and one hash over all of it; undefined where nothing was. */
  summary(weights: readonly NamedTensor[]): { parameters: string[]; sha256: string } | undefined {
    const own = weights.filter(({ name }) => this.#always.has(name));
    if (own.length === 0) return undefined;
    return { parameters: own.map(({ name }) => name), sha256: hashOf(...own) };
  }
}

function hashOf(...tensors: readonly NamedTensor[]): string {
  const hash = createHash('sha256');
  for (const { data } of tensors) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}
