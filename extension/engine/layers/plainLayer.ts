// A recurrent layer in plain TypeScript: each direction of a cell by itself. The twin of kernels/recurrentKernels.ts.
import type { Cell, LayerGradients, LayerInput, LayerPass, RecurrentPass } from './recurrent.ts';

/** All directions of a layer over a batch. */
export function plainLayerForward(cell: Cell, { weights, initial, ...input }: LayerInput): LayerPass {
  const passes = weights.map((own, direction): RecurrentPass => {
    const read = { ...input, ...initial?.[direction], isReverse: direction === 1 };
    return { input: read, weights: own, result: cell.forward(read, own) };
  });
  const outputs = passes.map(({ result }) => result.out);
  return {
    out: joinColumns(outputs, input.hiddenSize),
    results: () => passes.map(({ result }) => result),
    backward: (dOut) => backward(cell, dOut, passes),
  };
}

function backward(cell: Cell, dOut: Float32Array, passes: readonly RecurrentPass[]): LayerGradients {
  const { hiddenSize: H } = passes[0].input;
  const directions = passes.map((pass, direction) =>
    cell.backward({ out: columnsOf(dOut, H * passes.length, direction * H, H) }, pass),
  );
  const [first, second] = directions.map(({ x }) => x);
  if (first && second) for (let at = 0; at < first.length; at++) first[at] += second[at];
  return { x: first, directions: passes[0].input.areWeightsConstant ? [] : directions };
}

/** [rows, width] parts side by side. */
function joinColumns(parts: readonly Float32Array[], width: number): Float32Array {
  if (parts.length === 1) return parts[0];
  const rows = parts[0].length / width;
  const joined = new Float32Array(rows * width * parts.length);
  for (let row = 0; row < rows; row++) {
    for (const [at, part] of parts.entries()) {
      joined.set(part.subarray(row * width, (row + 1) * width), (row * parts.length + at) * width);
    }
  }
  return joined;
}

/** Columns `from` … `from + count` of a [rows, width] matrix. */
function columnsOf(data: Float32Array, width: number, from: number, count: number): Float32Array {
  if (width === count) return data;
  const rows = data.length / width;
  const columns = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    columns.set(data.subarray(row * width + from, row * width + from + count), row * count);
  }
  return columns;
}
