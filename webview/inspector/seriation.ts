// Puts rows that are alike beside each other: average linkage, then each merge is turned so that its nearest ends touch
// (Gruvaeus and Wainer, 1972). Pure; n rows of m columns take O(n² m) time and O(n²) memory.
import type { Matrix } from '../shared/heatmap/matrix.ts';

/** The same rows give the same order, whatever order they come in, but for ties. Rows with higher values come first. */
export function seriate(matrix: Matrix): Uint32Array {
  const parts = seriateInParts(matrix);
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/** The same in parts well below a millisecond each, up to 512 rows: whoever runs them may let others have their turn between. */
export function* seriateInParts(matrix: Matrix): Generator<undefined, Uint32Array> {
  const { rows } = matrix;
  if (rows === 0) return new Uint32Array();
  const between = yield* squaredDistances(matrix);
  const clusters: (number[] | undefined)[] = Array.from({ length: rows }, (_, row) => [row]);
  for (const [a, b] of yield* mergesByAverage(between.slice(), rows)) {
    clusters[a] = join(clusters[a]!, clusters[b]!, (left, right) => between[left * rows + right]);
    clusters[b] = undefined;
  }
  const order = clusters.find((cluster) => cluster !== undefined)!;
  return Uint32Array.from(isRising(order, matrix) ? order.reverse() : order);
}

function* squaredDistances({ values, rows, columns }: Matrix): Generator<undefined, Float64Array> {
  const distances = new Float64Array(rows * rows);
  for (let column = 0; column < columns; column++) {
    addSquares(values.subarray(column * rows, (column + 1) * rows), distances);
    yield;
  }
  for (let a = 0; a < rows; a++) for (let b = 0; b < a; b++) distances[b * rows + a] = distances[a * rows + b];
  return distances;
}

/** Of one column, below the diagonal. */
function addSquares(column: Float32Array, distances: Float64Array): void {
  const rows = column.length;
  for (let a = 0; a < rows; a++) {
    const value = column[a];
    for (let b = 0; b < a; b++) {
      const difference = value - column[b];
      distances[a * rows + b] += difference * difference;
    }
  }
}

/**
 * Pairs of clusters in the order they merge, by the chain of nearest neighbours (Murtagh, 1983). The first of a pair stands for both from
 * then on. Overwrites `distances`.
 */
function* mergesByAverage(distances: Float64Array, rows: number): Generator<undefined, [number, number][]> {
  const sizes = new Float64Array(rows).fill(1);
  const merges: [number, number][] = [];
  const chain: number[] = [];
  while (merges.length < rows - 1) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    const top = chain[chain.length - 1];
    const below = chain[chain.length - 2];
    const nearest = nearestTo(top, { distances, sizes, preferred: below });
    if (nearest !== below) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const [a, b] = top < below ? [top, below] : [below, top];
    mergeInto(a, b, { distances, sizes });
    merges.push([a, b]);
    yield;
  }
  return merges;
}

interface Linkage {
  distances: Float64Array;
  /** 0 for a cluster that is part of another. */
  sizes: Float64Array;
}

/** Ties go to `preferred`, which ends the chain, else to the first. */
function nearestTo(from: number, { distances, sizes, preferred }: Linkage & { preferred: number | undefined }): number {
  const rows = sizes.length;
  let nearest = preferred ?? -1;
  let least = preferred === undefined ? Number.POSITIVE_INFINITY : distances[from * rows + preferred];
  for (let other = 0; other < rows; other++) {
    if (other === from || sizes[other] === 0 || !(distances[from * rows + other] < least)) continue;
    nearest = other;
    least = distances[from * rows + other];
  }
  // Where no distance is a number, any cluster will do.
  return nearest >= 0 ? nearest : sizes.findIndex((size, other) => size > 0 && other !== from);
}

function mergeInto(a: number, b: number, { distances, sizes }: Linkage): void {
  const rows = sizes.length;
  const total = sizes[a] + sizes[b];
  for (let other = 0; other < rows; other++) {
    if (sizes[other] === 0 || other === a || other === b) continue;
    const mean = (sizes[a] * distances[a * rows + other] + sizes[b] * distances[b * rows + other]) / total;
    distances[a * rows + other] = mean;
    distances[other * rows + a] = mean;
  }
  sizes[a] = total;
  sizes[b] = 0;
}

/** Both lists in one, each turned or not, so that the rows that meet are the nearest. */
function join(first: number[], second: number[], distance: (a: number, b: number) => number): number[] {
  const [firstStart, firstEnd] = [first[0], first[first.length - 1]];
  const [secondStart, secondEnd] = [second[0], second[second.length - 1]];
  const ways = [
    { cost: distance(firstEnd, secondStart), turns: [false, false] },
    { cost: distance(firstEnd, secondEnd), turns: [false, true] },
    { cost: distance(firstStart, secondStart), turns: [true, false] },
    { cost: distance(firstStart, secondEnd), turns: [true, true] },
  ];
  const { turns } = ways.reduce((best, way) => (way.cost < best.cost ? way : best));
  return [...(turns[0] ? first.reverse() : first), ...(turns[1] ? second.reverse() : second)];
}

/** Whether the second half of the rows has the higher values. */
function isRising(order: readonly number[], { values, rows, columns }: Matrix): boolean {
  let rise = 0;
  for (let place = 0; place < order.length; place++) {
    const sign = place < order.length / 2 ? -1 : 1;
    for (let column = 0; column < columns; column++) rise += sign * values[column * rows + order[place]];
  }
  return rise > 0;
}
