// Pearson's correlation of many units with one number a step, gathered step by step with running means (Welford, 1962), so that a large
// mean costs no digits. Letters: T steps, H units.

/** A variance below this share of the squared mean is rounding: the values do not vary. */
const CONSTANT = 1e-12;

export class PearsonSums {
  readonly #mean: Float64Array;
  /** Σ (x - mean)² of each unit, and Σ (x - mean)(y - mean). */
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  #count = 0;
  #otherMean = 0;
  #otherSquares = 0;

  constructor(units: number) {
    this.#mean = new Float64Array(units);
    this.#squares = new Float64Array(units);
    this.#products = new Float64Array(units);
  }

  /** `values` [T, H] and `other` [T]. */
  add(values: Float32Array, other: Float32Array): void {
    const H = this.#mean.length;
    for (let step = 0, at = 0; step < other.length; step++) {
      const count = ++this.#count;
      const before = other[step] - this.#otherMean;
      this.#otherMean += before / count;
      const after = other[step] - this.#otherMean;
      this.#otherSquares += before * after;
      for (let unit = 0; unit < H; unit++, at++) {
        const difference = values[at] - this.#mean[unit];
        this.#mean[unit] += difference / count;
        this.#squares[unit] += difference * (values[at] - this.#mean[unit]);
        this.#products[unit] += difference * after;
      }
    }
  }

  /** r of each unit, [H]; NaN where unit or number never varies. */
  correlation(): Float32Array {
    const isVarying = (squares: number, mean: number): boolean =>
      squares > CONSTANT * this.#count * Math.max(mean * mean, CONSTANT);
    const isOtherVarying = isVarying(this.#otherSquares, this.#otherMean);
    return Float32Array.from(this.#products, (product, unit) =>
      isOtherVarying && isVarying(this.#squares[unit], this.#mean[unit])
        ? product / Math.sqrt(this.#squares[unit] * this.#otherSquares)
        : Number.NaN,
    );
  }
}
