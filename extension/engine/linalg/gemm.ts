// Matrix product in plain TypeScript: operands packed into panels of doubles, a 2 x 4 register block, sums in double precision.
// Invariant: an element of the product is one sum over k = 0, 1, 2 … in fixed order (rounded to float32 after every DEPTH_BLOCK terms),
// so it does not depend on how many rows or columns are computed beside it.
// Letters: M rows of the product, N columns, K depth.

/** Rows in a panel of the left operand. */
export const LEFT_WIDTH = 2;
/** Rows in a panel of the (transposed) right operand. */
export const RIGHT_WIDTH = 4;
/** Terms summed before the product is written: keeps both panels in the first-level cache. */
const DEPTH_BLOCK = 512;

/** A float32 matrix, row-major. */
export interface Matrix {
  data: Float32Array;
  rows: number;
  columns: number;
  /** Row r of the matrix is row index[r] of the data; by default row r. */
  index?: Int32Array;
  /** Where row 0 starts in `data`. */
  offset?: number;
}

/** Doubles that a packed operand of `vectors` vectors takes. */
export function packedLength(vectors: number, depth: number, width: number): number {
  return Math.ceil(vectors / width) * width * depth;
}

/** Packs the rows of a matrix: panel p holds rows p·width …, interleaved along the columns (the depth). Missing rows are zero. */
export function packRows(matrix: Matrix, width: number, out: Float64Array): Float64Array {
  const { data, rows, columns, index, offset = 0 } = matrix;
  const padded = Math.ceil(rows / width) * width;
  for (let row = 0; row < padded; row++) {
    const lane = row % width;
    let at = (row - lane) * columns + lane;
    if (row >= rows) {
      for (let k = 0; k < columns; k++, at += width) out[at] = 0;
    } else {
      const from = offset + (index ? index[row] : row) * columns;
      for (let k = 0; k < columns; k++, at += width) out[at] = data[from + k];
    }
  }
  return out;
}

/** Packs the columns of a matrix: panel p holds columns p·width …, interleaved along the rows (the depth). Missing columns are zero. */
export function packColumns(matrix: Matrix, width: number, out: Float64Array): Float64Array {
  const { data, rows, columns, index, offset = 0 } = matrix;
  const panelLength = width * rows;
  const padded = Math.ceil(columns / width) * width;
  for (let k = 0; k < rows; k++) {
    const from = offset + (index ? index[k] : k) * columns;
    let panel = k * width;
    let lane = 0;
    for (let column = 0; column < padded; column++) {
      out[panel + lane] = column < columns ? data[from + column] : 0;
      if (++lane === width) {
        lane = 0;
        panel += panelLength;
      }
    }
  }
  return out;
}

export interface Product {
  /** [M, K] packed in panels of LEFT_WIDTH. */
  left: Float64Array;
  /** [N, K] packed in panels of RIGHT_WIDTH. */
  right: Float64Array;
  m: number;
  n: number;
  k: number;
  /** The product, row-major [.., N]. */
  out: Float32Array;
  /** Where row 0 starts in `out`. */
  offset?: number;
  /** Row r of the product goes to row rowIndex[r] of `out`; by default row r. */
  rowIndex?: Int32Array;
  /** Adds to what is in `out`; by default replaces it. */
  isAdded?: boolean;
}

/** out[r, c] (+)= Σ_k left[r, k] · right[c, k]. */
export function multiply(product: Product): void {
  const { m, n, k } = product;
  for (let from = 0; from < k || from === 0; from += DEPTH_BLOCK) {
    const to = Math.min(k, from + DEPTH_BLOCK);
    const depth: Depth = [from, to, from > 0 || product.isAdded === true];
    for (let column = 0; column < n; column += RIGHT_WIDTH) {
      for (let row = 0; row < m; row += LEFT_WIDTH) writeBlock(product, row, column, depth);
    }
  }
}

type Depth = readonly [from: number, to: number, isAdded: boolean];

const block = new Float64Array(LEFT_WIDTH * RIGHT_WIDTH);

/** One register block of the product, cut off at the product's edges. */
function writeBlock(product: Product, row: number, column: number, depth: Depth): void {
  const { left, right, m, n, k, out, offset = 0, rowIndex } = product;
  const [from, to, isAdded] = depth;
  dotBlock(left, row * k + from * LEFT_WIDTH, right, column * k + from * RIGHT_WIDTH, to - from);
  const columns = Math.min(RIGHT_WIDTH, n - column);
  const rows = Math.min(LEFT_WIDTH, m - row);
  for (let r = 0; r < rows; r++) {
    const target = row + r;
    const at = offset + (rowIndex ? rowIndex[target] : target) * n + column;
    const source = r * RIGHT_WIDTH;
    if (isAdded) for (let c = 0; c < columns; c++) out[at + c] += block[source + c];
    else for (let c = 0; c < columns; c++) out[at + c] = block[source + c];
  }
}

/** block[r, c] = Σ_k left[a + 2k + r] · right[b + 4k + c]: the inner loop of everything. */
function dotBlock(left: Float64Array, a: number, right: Float64Array, b: number, count: number): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (const end = a + count * LEFT_WIDTH; a < end; a += LEFT_WIDTH, b += RIGHT_WIDTH) {
    const left0 = left[a];
    const left1 = left[a + 1];
    const right0 = right[b];
    const right1 = right[b + 1];
    const right2 = right[b + 2];
    const right3 = right[b + 3];
    s00 += left0 * right0;
    s01 += left0 * right1;
    s02 += left0 * right2;
    s03 += left0 * right3;
    s10 += left1 * right0;
    s11 += left1 * right1;
    s12 += left1 * right2;
    s13 += left1 * right3;
  }
  block[0] = s00;
  block[1] = s01;
  block[2] = s02;
  block[3] = s03;
  block[4] = s10;
  block[5] = s11;
  block[6] = s12;
  block[7] = s13;
}
