// The textbook twins of the cells: one text, one token, one unit at a time, in double precision. Slow on purpose.
// Used by tests only, as the oracle; same inputs, same results. Letters as in recurrent.ts.
import type { Cell, RecurrentGradients, RecurrentInput, RecurrentResult, RecurrentWeights } from './recurrent.ts';

/** What a token hands to the next: h, and c of an LSTM (empty elsewhere). */
interface State {
  h: number[];
  c: number[];
}

/** The sums of one token, [G·H] each: a = W_ih x + b_ih, b = W_hh h + b_hh. */
interface Sums {
  a: number[];
  b: number[];
}

interface Token extends State {
  /** [G·H] */
  gates: number[];
  /** [H] each: what else the cell keeps, by its name in the result. */
  kept: Record<string, number[]>;
}

/** The equations of one cell, for one token. */
export interface ReferenceCell {
  gateCount: number;
  /** Whether there is a c beside h. */
  hasCellState: boolean;
  forward(sums: Sums, before: State): Token;
  /** From the gradients of h' and c' to those of the sums, and of h and c where they are not reached through b. */
  backward(d: State, sums: Sums, before: State): { da: number[]; db: number[]; before: State };
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

const lstm: ReferenceCell = {
  gateCount: 4,
  hasCellState: true,
  forward({ a, b }, before) {
    const H = before.h.length;
    const z = a.map((value, at) => value + b[at]);
    const gates = z.map((value, at) => (Math.floor(at / H) === 2 ? Math.tanh(value) : sigmoid(value)));
    const cells = before.h.map((_, j) => gates[H + j] * before.c[j] + gates[j] * gates[2 * H + j]);
    const tanhCells = cells.map(Math.tanh);
    return { gates, h: tanhCells.map((value, j) => gates[3 * H + j] * value), c: cells, kept: { cells, tanhCells } };
  },
  backward(d, sums, before) {
    const H = before.h.length;
    const { gates, kept } = lstm.forward(sums, before);
    const dz = new Array<number>(4 * H);
    const dc = new Array<number>(H);
    for (let j = 0; j < H; j++) {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[gate * H + j]);
      const tanhC = kept.tanhCells[j];
      const dcj = d.c[j] + d.h[j] * o * (1 - tanhC ** 2);
      dz[j] = dcj * g * i * (1 - i);
      dz[H + j] = dcj * before.c[j] * f * (1 - f);
      dz[2 * H + j] = dcj * i * (1 - g ** 2);
      dz[3 * H + j] = d.h[j] * tanhC * o * (1 - o);
      dc[j] = dcj * f;
    }
    return { da: dz, db: dz, before: { h: before.h.map(() => 0), c: dc } };
  },
};

const gru: ReferenceCell = {
  gateCount: 3,
  hasCellState: false,
  forward({ a, b }, { h }) {
    const H = h.length;
    const r = h.map((_, j) => sigmoid(a[j] + b[j]));
    const z = h.map((_, j) => sigmoid(a[H + j] + b[H + j]));
    const newGateHidden = b.slice(2 * H);
    const n = h.map((_, j) => Math.tanh(a[2 * H + j] + r[j] * newGateHidden[j]));
    const next = h.map((value, j) => (1 - z[j]) * n[j] + z[j] * value);
    return { gates: [...r, ...z, ...n], h: next, c: [], kept: { newGateHidden } };
  },
  backward(d, sums, { h }) {
    const H = h.length;
    const { gates } = gru.forward(sums, { h, c: [] });
    const [r, z, n] = [0, 1, 2].map((gate) => gates.slice(gate * H, (gate + 1) * H));
    const dn = h.map((_, j) => d.h[j] * (1 - z[j]) * (1 - n[j] ** 2));
    const dz = h.map((value, j) => d.h[j] * (value - n[j]) * z[j] * (1 - z[j]));
    const dr = h.map((_, j) => dn[j] * sums.b[2 * H + j] * r[j] * (1 - r[j]));
    const dq = dn.map((value, j) => value * r[j]);
    return { da: [...dr, ...dz, ...dn], db: [...dr, ...dz, ...dq], before: { h: d.h.map((v, j) => v * z[j]), c: [] } };
  },
};

const rnn = (activation: (z: number) => number, slope: (z: number) => number): ReferenceCell => ({
  gateCount: 1,
  hasCellState: false,
  forward({ a, b }) {
    const h = a.map((value, j) => activation(value + b[j]));
    return { gates: h, h, c: [], kept: {} };
  },
  backward(d, { a, b }, before) {
    const dz = a.map((value, j) => d.h[j] * slope(value + b[j]));
    return { da: dz, db: dz, before: { h: before.h.map(() => 0), c: [] } };
  },
});

export const REFERENCE_CELLS = {
  lstm,
  gru,
  rnnTanh: rnn(Math.tanh, (z) => 1 - Math.tanh(z) ** 2),
  rnnRelu: rnn(
    (z) => Math.max(0, z),
    (z) => (z > 0 ? 1 : 0),
  ),
} satisfies Record<string, ReferenceCell>;

/** Results of a direction in double precision, by their names in RecurrentResult. */
export type ReferenceResult = Record<string, number[]>;

/** One token of a text as the walk meets it, first token read first. */
interface Visit {
  text: number;
  row: number;
  sums: Sums;
  before: State;
  token: Token;
}

/** The forward pass over all texts, token by token. */
function walk(cell: ReferenceCell, input: RecurrentInput, weights: RecurrentWeights): Visit[][] {
  const { layout, hiddenSize: H, isReverse } = input;
  return Array.from({ length: layout.batchSize }, (_, text) => {
    const rows = Array.from({ length: layout.lengths[text] }, (_, step) => layout.offsets[text] + step);
    if (isReverse) rows.reverse();
    const initial = (from?: Float32Array): number[] => Array.from({ length: H }, (_, j) => from?.[text * H + j] ?? 0);
    let before: State = { h: initial(input.h0), c: initial(input.c0) };
    return rows.map((row) => {
      const sums = sumsOf(input, weights, row, before.h);
      const visit = { text, row, sums, before, token: cell.forward(sums, before) };
      before = visit.token;
      return visit;
    });
  });
}

function sumsOf({ x, inputSize: I }: RecurrentInput, weights: RecurrentWeights, row: number, h: number[]): Sums {
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const a = Array.from(biasIh, (bias, unit) => {
    let sum = bias;
    for (let k = 0; k < I; k++) sum += weightIh[unit * I + k] * x[row * I + k];
    return sum;
  });
  const b = Array.from(biasHh, (bias, unit) => h.reduce((sum, v, k) => sum + weightHh[unit * h.length + k] * v, bias));
  return { a, b };
}

/** All results in double precision, for finite differences. */
export function referenceForward(
  cell: ReferenceCell,
  input: RecurrentInput,
  weights: RecurrentWeights,
): ReferenceResult {
  const texts = walk(cell, input, weights);
  const visits = texts.flat().sort((one, other) => one.row - other.row);
  const last = texts.map((text) => text[text.length - 1].token);
  const kept = Object.keys(last[0].kept).map((key) => [key, visits.flatMap(({ token }) => token.kept[key])]);
  return {
    out: visits.flatMap(({ token }) => token.h),
    gates: visits.flatMap(({ token }) => token.gates),
    hN: last.flatMap(({ h }) => h),
    ...(cell.hasCellState ? { cN: last.flatMap(({ c }) => c) } : {}),
    ...Object.fromEntries(kept),
  };
}

/** The twin as a cell: the same pure functions over float32 arrays. */
export function createReference(cell: ReferenceCell): Omit<Cell, 'name'> {
  return {
    gateCount: cell.gateCount,
    forward(input, weights) {
      const result = Object.entries(referenceForward(cell, input, weights));
      return Object.fromEntries(
        result.map(([key, values]) => [key, Float32Array.from(values)]),
      ) as unknown as RecurrentResult;
    },
    backward(upstream, { input, weights }) {
      const H = input.hiddenSize;
      const gradients = zeroGradients(cell, input, weights);
      for (const text of walk(cell, input, weights)) {
        const first = text[0].text * H;
        const d: State = { h: sliceOr0(upstream.hN, first, H), c: sliceOr0(upstream.cN, first, H) };
        for (const visit of text.toReversed()) {
          for (let j = 0; j < H; j++) d.h[j] += upstream.out[visit.row * H + j];
          const { da, db, before } = cell.backward(d, visit.sums, visit.before);
          Object.assign(d, before);
          addToken(gradients, { da, db, dh: d.h }, { input, weights, visit });
        }
        gradients.h0.set(d.h, first);
        gradients.c0?.set(d.c, first);
      }
      return gradients;
    },
  };
}

function sliceOr0(values: Float32Array | undefined, from: number, count: number): number[] {
  return values ? [...values.subarray(from, from + count)] : new Array<number>(count).fill(0);
}

function zeroGradients(cell: ReferenceCell, input: RecurrentInput, weights: RecurrentWeights): RecurrentGradients {
  const states = input.layout.batchSize * input.hiddenSize;
  return {
    x: new Float32Array(input.x.length),
    weightIh: new Float32Array(weights.weightIh.length),
    weightHh: new Float32Array(weights.weightHh.length),
    biasIh: new Float32Array(weights.biasIh.length),
    biasHh: new Float32Array(weights.biasHh.length),
    h0: new Float32Array(states),
    ...(cell.hasCellState ? { c0: new Float32Array(states) } : {}),
  };
}

/** Adds what one token gives to the gradients of weights and input, and W_hhᵀ db to dh. */
function addToken(
  gradients: RecurrentGradients,
  { da, db, dh }: { da: number[]; db: number[]; dh: number[] },
  { input, weights, visit }: { input: RecurrentInput; weights: RecurrentWeights; visit: Visit },
): void {
  const { inputSize: I, hiddenSize: H, x } = input;
  const xAt = visit.row * I;
  for (let unit = 0; unit < da.length; unit++) {
    gradients.biasIh[unit] += da[unit];
    gradients.biasHh[unit] += db[unit];
    for (let k = 0; k < I; k++) {
      gradients.weightIh[unit * I + k] += da[unit] * x[xAt + k];
      if (gradients.x) gradients.x[xAt + k] += da[unit] * weights.weightIh[unit * I + k];
    }
    for (let k = 0; k < H; k++) {
      gradients.weightHh[unit * H + k] += db[unit] * visit.before.h[k];
      dh[k] += db[unit] * weights.weightHh[unit * H + k];
    }
  }
}
