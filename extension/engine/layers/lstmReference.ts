// The textbook twin of lstm.ts: one text, one step, one unit at a time, in double precision. Slow on purpose.
// Used by tests only, as the oracle; same inputs, same results.
import type { LstmResult } from './lstm.ts';
import type {
  RecurrentGradients,
  RecurrentInput,
  RecurrentPass,
  RecurrentUpstream,
  RecurrentWeights,
} from './recurrent.ts';

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** Rows in token order of one text, in the order they are read. */
function reading({ layout, isReverse }: RecurrentInput, text: number): number[] {
  const rows = Array.from({ length: layout.lengths[text] }, (_, step) => layout.offsets[text] + step);
  return isReverse ? rows.reverse() : rows;
}

/** The forward pass, cell by cell. */
export function lstmForwardReference(input: RecurrentInput, weights: RecurrentWeights): LstmResult {
  const { layout, hiddenSize: H } = input;
  const N = layout.tokenCount;
  const result: LstmResult = {
    out: new Float32Array(N * H),
    hN: new Float32Array(layout.batchSize * H),
    cN: new Float32Array(layout.batchSize * H),
    gates: new Float32Array(N * 4 * H),
    cells: new Float32Array(N * H),
    tanhCells: new Float32Array(N * H),
  };
  for (let text = 0; text < layout.batchSize; text++) {
    let h = Array.from({ length: H }, (_, j) => input.h0?.[text * H + j] ?? 0);
    let c = Array.from({ length: H }, (_, j) => input.c0?.[text * H + j] ?? 0);
    for (const row of reading(input, text)) [h, c] = cell(input, weights, result, { row, h, c });
    result.hN.set(h, text * H);
    result.cN.set(c, text * H);
  }
  return result;
}

interface CellState {
  row: number;
  h: number[];
  c: number[];
}

function cell(
  input: RecurrentInput,
  weights: RecurrentWeights,
  result: LstmResult,
  state: CellState,
): [number[], number[]] {
  const { hiddenSize: H, inputSize: I, x } = input;
  const { row, h } = state;
  const nextH: number[] = [];
  const nextC: number[] = [];
  for (let j = 0; j < H; j++) {
    const [zi, zf, zg, zo] = [0, 1, 2, 3].map((gate) => {
      const unit = gate * H + j;
      let sum = weights.biasIh[unit] + weights.biasHh[unit];
      for (let k = 0; k < I; k++) sum += weights.weightIh[unit * I + k] * x[row * I + k];
      for (let k = 0; k < H; k++) sum += weights.weightHh[unit * H + k] * h[k];
      return sum;
    });
    const [i, f, g, o] = [sigmoid(zi), sigmoid(zf), Math.tanh(zg), sigmoid(zo)];
    nextC[j] = f * state.c[j] + i * g;
    nextH[j] = o * Math.tanh(nextC[j]);
    for (const [gate, value] of [i, f, g, o].entries()) result.gates[row * 4 * H + gate * H + j] = value;
    result.cells[row * H + j] = nextC[j];
    result.tanhCells[row * H + j] = Math.tanh(nextC[j]);
    result.out[row * H + j] = nextH[j];
  }
  return [nextH, nextC];
}

/** The backward pass, cell by cell. */
export function lstmBackwardReference(
  upstream: RecurrentUpstream,
  pass: RecurrentPass<LstmResult>,
): Required<RecurrentGradients> {
  const { input, weights } = pass;
  const B = input.layout.batchSize;
  const H = input.hiddenSize;
  const gradients: Required<RecurrentGradients> = {
    x: new Float32Array(input.x.length),
    weightIh: new Float32Array(weights.weightIh.length),
    weightHh: new Float32Array(weights.weightHh.length),
    biasIh: new Float32Array(4 * H),
    biasHh: new Float32Array(4 * H),
    h0: new Float32Array(B * H),
    c0: new Float32Array(B * H),
  };
  for (let text = 0; text < B; text++) {
    let dh = Array.from({ length: H }, (_, j) => upstream.hN?.[text * H + j] ?? 0);
    let dc = Array.from({ length: H }, (_, j) => upstream.cN?.[text * H + j] ?? 0);
    const rows = reading(input, text);
    for (let step = rows.length - 1; step >= 0; step--) {
      const place: CellPlace = { text, row: rows[step], before: step > 0 ? rows[step - 1] : undefined };
      const up = dh.map((value, j) => value + upstream.out[rows[step] * H + j]);
      [dh, dc] = cellBackward(pass, gradients, place, [up, dc]);
    }
    gradients.h0.set(dh, text * H);
    gradients.c0.set(dc, text * H);
  }
  return gradients;
}

interface CellPlace {
  text: number;
  row: number;
  /** Row of the token read before; undefined at the first. */
  before: number | undefined;
}

function cellBackward(
  pass: RecurrentPass<LstmResult>,
  gradients: Required<RecurrentGradients>,
  place: CellPlace,
  [dh, dcAbove]: [number[], number[]],
): [number[], number[]] {
  const { input, weights, result } = pass;
  const { hiddenSize: H, inputSize: I, x } = input;
  const { row, before, text } = place;
  const past = (values: Float32Array, first: Float32Array | undefined, j: number): number =>
    before === undefined ? (first?.[text * H + j] ?? 0) : values[before * H + j];
  const dhBefore = new Array<number>(H).fill(0);
  const dcBefore = new Array<number>(H).fill(0);
  for (let j = 0; j < H; j++) {
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) => result.gates[row * 4 * H + gate * H + j]);
    const tanhC = result.tanhCells[row * H + j];
    const dc = dcAbove[j] + dh[j] * o * (1 - tanhC ** 2);
    dcBefore[j] = dc * f;
    const dz = [
      dc * g * i * (1 - i),
      dc * past(result.cells, input.c0, j) * f * (1 - f),
      dc * i * (1 - g ** 2),
      dh[j] * tanhC * o * (1 - o),
    ];
    for (const [gate, value] of dz.entries()) {
      const unit = gate * H + j;
      gradients.biasIh[unit] += value;
      gradients.biasHh[unit] += value;
      for (let k = 0; k < I; k++) gradients.weightIh[unit * I + k] += value * x[row * I + k];
      for (let k = 0; k < H; k++) gradients.weightHh[unit * H + k] += value * past(result.out, input.h0, k);
      for (let k = 0; k < I; k++) gradients.x[row * I + k] += value * weights.weightIh[unit * I + k];
      for (let k = 0; k < H; k++) dhBefore[k] += value * weights.weightHh[unit * H + k];
    }
  }
  return [dhBefore, dcBefore];
}
