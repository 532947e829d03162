// The naive twin of the recurrent kernels: one text, one token, one unit at a time in float32, in the order that extension/kernels promises
// (cells.c has the equations). Letters: B texts, N tokens, I input size, H hidden units, G gates.
import { GATE_COUNTS } from '../../../extension/engine/kernels/recurrentCall.ts';
import type {
  CellName,
  InitialState,
  LayerInput,
  RecurrentWeights,
} from '../../../extension/engine/layers/recurrent.ts';
import type { MultiplyAdd } from './support.ts';
import { type MathOf, naiveColumnSums } from './twins.ts';

const f = Math.fround;

/** What the arithmetic of a carrier is. */
export interface Arithmetic {
  add: MultiplyAdd;
  math: MathOf;
  /** What becomes of a gradient that a step back leaves behind; `flushed` unless given. */
  flush?: (gradient: number) => number;
}

/** As the kernels: what is smaller than 2^-100 is a zero of its sign. */
const flushed = (gradient: number): number => (Math.abs(gradient) < 2 ** -100 ? 0 * gradient : gradient);

type Named = Map<string, Float32Array>;

/** start + Σ_k left(k) right(k), one after the other. */
function chain(
  add: MultiplyAdd,
  depth: number,
  start: number,
  left: (k: number) => number,
  right: (k: number) => number,
) {
  let sum = start;
  for (let k = 0; k < depth; k++) sum = add(left(k), right(k), sum);
  return sum;
}

/** One direction of a layer. */
class Direction {
  readonly out: Float32Array;
  readonly gates: Float32Array;
  /** LSTM: cell states; GRU: W_hn h + b_hn. */
  readonly cells: Float32Array;
  readonly tanhCells: Float32Array;
  readonly hN: Float32Array;
  readonly cN: Float32Array;
  readonly #cell: CellName;
  readonly #input: LayerInput;
  readonly #weights: RecurrentWeights;
  readonly #initial: InitialState;
  readonly #isReverse: boolean;
  readonly #arithmetic: Arithmetic;

  constructor(cell: CellName, input: LayerInput, n: number, arithmetic: Arithmetic) {
    const { layout, hiddenSize: H } = input;
    const [tokens, states] = [layout.tokenCount * H, layout.batchSize * H];
    [this.out, this.cells, this.tanhCells] = [tokens, tokens, tokens].map((length) => new Float32Array(length));
    this.gates = new Float32Array(tokens * GATE_COUNTS[cell]);
    [this.hN, this.cN] = [new Float32Array(states), new Float32Array(states)];
    this.#cell = cell;
    this.#input = input;
    this.#weights = input.weights[n];
    this.#initial = input.initial?.[n] ?? {};
    this.#isReverse = n === 1;
    this.#arithmetic = arithmetic;
    for (let text = 0; text < layout.batchSize; text++) this.#read(text);
  }

  /** Rows of a text's tokens, first read first. */
  #rows(text: number): number[] {
    const { lengths, offsets } = this.#input.layout;
    const rows = Array.from({ length: lengths[text] }, (_, step) => offsets[text] + step);
    return this.#isReverse ? rows.reverse() : rows;
  }

  /** [H] of an initial state of a text. */
  #stateOf(states: Float32Array | undefined, text: number): Float32Array {
    const H = this.#input.hiddenSize;
    return states ? states.slice(text * H, (text + 1) * H) : new Float32Array(H);
  }

  #read(text: number): void {
    const H = this.#input.hiddenSize;
    let [h, c] = [this.#stateOf(this.#initial.h0, text), this.#stateOf(this.#initial.c0, text)];
    for (const row of this.#rows(text)) {
      const gates = this.gates.subarray(row * GATE_COUNTS[this.#cell] * H);
      const next = this.#step(row, h, c);
      gates.set(next.gates);
      [h, c] = [next.h, next.c];
      this.out.set(h, row * H);
      this.cells.set(next.hiddenNew ?? c, row * H);
      if (next.tanhC) this.tanhCells.set(next.tanhC, row * H);
    }
    this.hN.set(h, text * H);
    this.cN.set(c, text * H);
  }

  #step(row: number, h: Float32Array, c: Float32Array): Step {
    const { inputSize: I, hiddenSize: H, x } = this.#input;
    const { weightIh, weightHh, biasIh, biasHh } = this.#weights;
    const { add, math } = this.#arithmetic;
    const isGru = this.#cell === 'gru';
    const recurrent = (unit: number, start: number): number =>
      chain(
        add,
        H,
        start,
        (k) => h[k],
        (k) => weightHh[unit * H + k],
      );
    const z = Float32Array.from(biasIh, (bias, unit) => {
      const start = isGru ? bias : f(bias + biasHh[unit]);
      const sum = chain(
        add,
        I,
        start,
        (k) => x[row * I + k],
        (k) => weightIh[unit * I + k],
      );
      return isGru ? sum : recurrent(unit, sum);
    });
    const gate = (n: number): Float32Array => z.subarray(n * H, (n + 1) * H);
    if (isGru) {
      const products = Float32Array.from(biasHh, (bias, unit) => recurrent(unit, bias));
      const product = (n: number): Float32Array => products.slice(n * H, (n + 1) * H);
      const [r, zz] = [0, 1].map((n) =>
        math(
          'sigmoid',
          gate(n).map((value, j) => value + product(n)[j]),
        ),
      );
      const hiddenNew = product(2);
      const n = math(
        'tanh',
        gate(2).map((value, j) => add(r[j], hiddenNew[j], value)),
      );
      return { gates: join(r, zz, n), h: h.map((value, j) => add(zz[j], f(value - n[j]), n[j])), c, hiddenNew };
    }
    if (this.#cell === 'lstm') {
      const [i, forget, o] = [0, 1, 3].map((n) => math('sigmoid', gate(n)));
      const g = math('tanh', gate(2));
      const next = c.map((value, j) => add(forget[j], value, f(i[j] * g[j])));
      const tanhC = math('tanh', next);
      return { gates: join(i, forget, g, o), h: tanhC.map((value, j) => o[j] * value), c: next, tanhC };
    }
    // biome-ignore lint/complexity/useMathMinMax: it keeps -0, which Math.max(x, 0) does not.
    const next = this.#cell === 'rnnTanh' ? math('tanh', z) : z.map((value) => (value < 0 ? 0 : value));
    return { gates: next, h: next, c };
  }

  /** Gradients from those of the output's columns of this direction [N, H]; dX starts from `dX` where there is one. */
  backward(dOut: Float32Array, dX: Float32Array | undefined): Named {
    const { layout, inputSize: I, hiddenSize: H, x } = this.#input;
    const { weightIh } = this.#weights;
    const { add } = this.#arithmetic;
    const [G, N] = [GATE_COUNTS[this.#cell] * H, layout.tokenCount];
    // By token row.
    const [dz, dRecurrent, before] = [N * G, N * G, N * H].map((length) => new Float32Array(length));
    const [h0, c0] = [new Float32Array(layout.batchSize * H), new Float32Array(layout.batchSize * H)];
    for (let text = 0; text < layout.batchSize; text++) {
      const d = this.#backThrough(text, dOut, { dz, dRecurrent, before });
      h0.set(d.h, text * H);
      c0.set(d.c, text * H);
    }
    const stepRows = this.#isReverse ? layout.reverseRows : layout.forwardRows;
    const product = (left: Float32Array, right: Float32Array, width: number): Float32Array =>
      Float32Array.from({ length: G * width }, (_, at) => {
        const [unit, column] = [Math.floor(at / width), at % width];
        return chain(
          add,
          N,
          0,
          (k) => left[stepRows[k] * G + unit],
          (k) => right[stepRows[k] * width + column],
        );
      });
    const sums = (values: Float32Array): Float32Array => {
      const inSteps = Float32Array.from(
        { length: N * G },
        (_, at) => values[stepRows[Math.floor(at / G)] * G + (at % G)],
      );
      return naiveColumnSums(inSteps, N, G);
    };
    const ofX = Float32Array.from({ length: N * I }, (_, at) => {
      const [row, column] = [Math.floor(at / I), at % I];
      return chain(
        add,
        G,
        dX?.[at] ?? 0,
        (k) => dz[row * G + k],
        (k) => weightIh[k * I + column],
      );
    });
    return new Map([
      ['x', ofX],
      ['weightIh', product(dz, x, I)],
      ['weightHh', product(dRecurrent, before, H)],
      ['biasIh', sums(dz)],
      ['biasHh', sums(dRecurrent)],
      ['h0', h0],
      ...(this.#cell === 'lstm' ? ([['c0', c0]] as const) : []),
    ]);
  }

  #backThrough(
    text: number,
    dOut: Float32Array,
    keep: { dz: Float32Array; dRecurrent: Float32Array; before: Float32Array },
  ): { h: Float32Array; c: Float32Array } {
    const H = this.#input.hiddenSize;
    const { weightHh } = this.#weights;
    const G = GATE_COUNTS[this.#cell] * H;
    const rows = this.#rows(text);
    const state = (states: Float32Array, initial: Float32Array | undefined, step: number): Float32Array =>
      step > 0 ? states.slice(rows[step - 1] * H, (rows[step - 1] + 1) * H) : this.#stateOf(initial, text);
    let [dh, dc]: Float32Array[] = [new Float32Array(H), new Float32Array(H)];
    for (let step = rows.length - 1; step >= 0; step--) {
      const row = rows[step];
      const h = state(this.out, this.#initial.h0, step);
      const c = state(this.cells, this.#initial.c0, step);
      const dhHere = dh.map((value, j) => dOut[row * H + j] + value);
      const back = this.#backStep(row, h, c, dhHere, dc);
      keep.dz.set(back.dz, row * G);
      keep.dRecurrent.set(back.dRecurrent, row * G);
      keep.before.set(h, row * H);
      dc = back.dc;
      dh = back.start.map((start, j) =>
        chain(
          this.#arithmetic.add,
          G,
          start,
          (k) => back.dRecurrent[k],
          (k) => weightHh[k * H + j],
        ),
      );
    }
    return { h: dh, c: dc };
  }

  #backStep(row: number, h: Float32Array, c: Float32Array, dh: Float32Array, dc: Float32Array): BackStep {
    const H = this.#input.hiddenSize;
    const gates = this.gates.subarray(row * GATE_COUNTS[this.#cell] * H);
    const kept = (states: Float32Array, j: number): number => states[row * H + j];
    const product = (...factors: number[]): number => factors.reduce((a, b) => f(a * b));
    const { flush = flushed } = this.#arithmetic;
    const gradient = (...factors: number[]): number => flush(product(...factors));
    const rest = (value: number): number => f(1 - value);
    const units = Array.from({ length: H }, (_, j) => j);
    const zero = new Float32Array(H);
    if (this.#cell === 'gru') {
      const [r, z, n] = [0, 1, 2].map((gate) => gates.subarray(gate * H, (gate + 1) * H));
      const dn = units.map((j) => gradient(dh[j], rest(z[j]), rest(f(n[j] * n[j]))));
      const dz = units.map((j) => gradient(dh[j], f(h[j] - n[j]), z[j], rest(z[j])));
      const dr = units.map((j) => gradient(dn[j], kept(this.cells, j), r[j], rest(r[j])));
      const start = dh.map((value, j) => gradient(value, z[j]));
      return {
        dz: join(dr, dz, dn),
        dRecurrent: join(
          dr,
          dz,
          dn.map((value, j) => gradient(value, r[j])),
        ),
        dc,
        start,
      };
    }
    if (this.#cell === 'lstm') {
      const [i, forget, g, o] = [0, 1, 2, 3].map((gate) => gates.subarray(gate * H, (gate + 1) * H));
      const t = (j: number): number => kept(this.tanhCells, j);
      const dcHere = units.map((j) => f(dc[j] + product(dh[j], o[j], rest(f(t(j) * t(j))))));
      const dz = join(
        units.map((j) => gradient(dcHere[j], g[j], i[j], rest(i[j]))),
        units.map((j) => gradient(dcHere[j], c[j], forget[j], rest(forget[j]))),
        units.map((j) => gradient(dcHere[j], i[j], rest(f(g[j] * g[j])))),
        units.map((j) => gradient(dh[j], t(j), o[j], rest(o[j]))),
      );
      return {
        dz,
        dRecurrent: dz,
        dc: Float32Array.from(dcHere, (value, j) => gradient(value, forget[j])),
        start: zero,
      };
    }
    const slope = (value: number): number => (this.#cell === 'rnnTanh' ? rest(f(value * value)) : value > 0 ? 1 : 0);
    const dz = dh.map((value, j) => gradient(value, slope(gates[j])));
    return { dz, dRecurrent: dz, dc, start: zero };
  }
}

interface Step {
  gates: Float32Array;
  h: Float32Array;
  c: Float32Array;
  tanhC?: Float32Array;
  hiddenNew?: Float32Array;
}

interface BackStep {
  dz: Float32Array;
  dRecurrent: Float32Array;
  dc: Float32Array;
  /** What the gradient of the h before starts from. */
  start: Float32Array;
}

const join = (...parts: readonly ArrayLike<number>[]): Float32Array =>
  Float32Array.from(parts.flatMap((part) => [...Array.from(part)]));

/** All results and gradients of a layer, by the names that the kernels' have. */
export function naiveLayer(cell: CellName, input: LayerInput, dOut: Float32Array, arithmetic: Arithmetic): Named {
  const { hiddenSize: H, weights } = input;
  const directions = weights.map((_, n) => new Direction(cell, input, n, arithmetic));
  const width = H * directions.length;
  const out = Float32Array.from({ length: dOut.length }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    return directions[Math.floor(column / H)].out[row * H + (column % H)];
  });
  const all: Named = new Map([['layer out', out]]);
  let dX: Float32Array | undefined;
  for (const [n, direction] of directions.entries()) {
    const own = { lstm: ['cN', 'cells', 'tanhCells'], gru: ['cells'], rnnTanh: [], rnnRelu: [] }[cell];
    for (const name of ['out', 'hN', 'gates', ...own] as ('out' | 'hN' | 'gates' | 'cN' | 'cells' | 'tanhCells')[]) {
      all.set(`${cell === 'gru' && name === 'cells' ? 'newGateHidden' : name} ${n}`, direction[name]);
    }
    const columns = dOut.filter((_, at) => Math.floor((at % width) / H) === n);
    const gradients = direction.backward(columns, dX);
    dX = gradients.get('x');
    for (const [name, values] of gradients) if (name !== 'x') all.set(`d ${name} ${n}`, values);
  }
  if (dX) all.set('d x', dX);
  return all;
}
