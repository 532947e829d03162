// Numbers of names, four bytes a row, however many rows come.

export class GrowingNumbers {
  #numbers = new Uint32Array(1 << 12);
  #count = 0;
  readonly #numberOf = new Map<string, number>();

  /** Adds the number of a name; names are numbered as they come. */
  addName(name: string): void {
    let number = this.#numberOf.get(name);
    if (number === undefined) {
      number = this.#numberOf.size;
      this.#numberOf.set(name, number);
    }
    this.add(number);
  }

  add(number: number): void {
    if (this.#count === this.#numbers.length) {
      const grown = new Uint32Array(this.#numbers.length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#count++] = number;
  }

  /** Names in the order of their numbers. */
  get names(): string[] {
    return [...this.#numberOf.keys()];
  }

  get count(): number {
    return this.#count;
  }

  at(row: number): number {
    return this.#numbers[row];
  }

  /** What is held now: a view. */
  view(): Uint32Array {
    return this.#numbers.subarray(0, this.#count);
  }
}
