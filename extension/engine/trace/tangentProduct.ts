// One matrix product of derivatives: on the machine where there is one, else in plain TypeScript.
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { multiply as multiplyOnMachine } from '../kernels/products.ts';
import { LEFT_WIDTH, multiply, packedLength, packRows, RIGHT_WIDTH } from '../linalg/gemm.ts';
import { scratch } from '../linalg/scratch.ts';

/** a [M, K] times the transpose of b [N, K]: [M, N], on the heap. */
export function timesTransposed(a: Float32Array, b: Float32Array, { n, k }: { n: number; k: number }): Float32Array {
  const m = a.length / k;
  const machine = currentMachine();
  if (machine) {
    const { arena } = machine;
    return arena.scope(() =>
      multiplyOnMachine(
        machine,
        { values: arena.adopt(a) },
        { values: arena.adopt(b), k, n, isTransposed: true },
        m,
      ).slice(),
    );
  }
  const left = scratch('tangents.left', packedLength(m, k, LEFT_WIDTH));
  const right = scratch('tangents.right', packedLength(n, k, RIGHT_WIDTH));
  packRows({ data: a, rows: m, columns: k }, LEFT_WIDTH, left);
  packRows({ data: b, rows: n, columns: k }, RIGHT_WIDTH, right);
  const out = new Float32Array(m * n);
  multiply({ left, right, m, n, k, out });
  return out;
}
