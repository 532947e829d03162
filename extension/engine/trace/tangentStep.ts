// One step of the derivatives of a state: part p [R, H] becomes kept_p ⊙ (last part) + Σ a · (b_p)ᵀ over terms. On the machine where there
// is one, else in plain TypeScript. Letters: R rows, H hidden units, P parts of the state, K columns of a term.
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { binary } from '../kernels/elementwise.ts';
import type { KernelMachine } from '../kernels/machine.ts';
import { addPacking, addProduct } from '../kernels/products.ts';
import { LEFT_WIDTH, multiply, packedLength, packRows, RIGHT_WIDTH } from '../linalg/gemm.ts';
import { scratch } from '../linalg/scratch.ts';

/** a [R, K], which may be a part of the state, and b [P·H, K]. */
export interface TangentTerm {
  a: Float32Array;
  b: Float32Array;
}

export interface TangentStep {
  terms: readonly TangentTerm[];
  /** [P·H]; zero where absent. */
  kept?: Float32Array;
}

/** Rows at a time: few enough to stay in the cache from the first operation to the last. */
const BLOCK_ROWS = 384;

/** Replaces the parts of a state, [R, H] each. */
export function stepTangents(parts: readonly Float32Array[], H: number, step: TangentStep): void {
  const machine = currentMachine();
  if (machine) machine.arena.scope(() => stepOnMachine(machine, parts, H, step));
  else stepInPlainTypeScript(parts, H, step);
}

/** Calls `visit` for blocks of rows, with a function that takes the block of an array of as many rows. */
function forBlocks(R: number, visit: (rows: number, blockOf: (values: Float32Array) => Float32Array) => void): void {
  for (let from = 0; from < R; from += BLOCK_ROWS) {
    const to = Math.min(R, from + BLOCK_ROWS);
    visit(to - from, (values) => values.subarray((from * values.length) / R, (to * values.length) / R));
  }
}

function stepOnMachine(machine: KernelMachine, parts: readonly Float32Array[], H: number, step: TangentStep): void {
  const { arena } = machine;
  const width = parts.length * H;
  const kept = step.kept && arena.adopt(step.kept);
  const packing = machine.job();
  const terms = step.terms.map(({ a, b }) => {
    const k = b.length / width;
    const values = arena.adopt(b);
    const panels = parts.map((_, p) =>
      addPacking(machine, packing, { values: values.subarray(p * H * k), k, n: H, isTransposed: true }),
    );
    return { a, k, panels };
  });
  machine.run(packing);
  forBlocks(parts[0].length / H, (m, blockOf) =>
    arena.scope(() => {
      const last = kept && arena.adopt(blockOf(parts[parts.length - 1]));
      const lefts = terms.map(({ a }) => arena.adopt(blockOf(a)));
      const sums = parts.map((_, p) => {
        const out = arena.float32(m * H);
        const shape = [m, H];
        if (kept && last) {
          const ofPart = { values: kept.subarray(p * H, (p + 1) * H), shape: [H] };
          binary(machine, 'mul', { values: last, shape }, ofPart, { values: out, shape });
        }
        for (const [at, { k, panels }] of terms.entries()) {
          const start = kept || at > 0 ? 'out' : 'zero';
          const job = machine.job();
          addProduct(job, { a: lefts[at], panels: panels[p], m, n: H, k, out, start });
          machine.run(job);
        }
        return out;
      });
      for (const [p, sum] of sums.entries()) blockOf(parts[p]).set(sum);
    }),
  );
}

function stepInPlainTypeScript(parts: readonly Float32Array[], H: number, { terms, kept }: TangentStep): void {
  const width = parts.length * H;
  const rights = terms.map(({ b }) => {
    const k = b.length / width;
    return packRows(
      { data: b, rows: width, columns: k },
      RIGHT_WIDTH,
      new Float64Array(packedLength(width, k, RIGHT_WIDTH)),
    );
  });
  forBlocks(parts[0].length / H, (m, blockOf) => {
    const out = new Float32Array(m * width);
    for (const [at, { a, b }] of terms.entries()) {
      const k = b.length / width;
      const left = scratch('tangents.left', packedLength(m, k, LEFT_WIDTH));
      packRows({ data: blockOf(a), rows: m, columns: k }, LEFT_WIDTH, left);
      multiply({ left, right: rights[at], m, n: width, k, out, isAdded: true });
    }
    const blocks = parts.map(blockOf);
    const last = blocks[blocks.length - 1];
    // The last part is the one that is kept: it is overwritten last.
    for (const [p, part] of blocks.entries()) {
      for (let row = 0, at = 0; row < m; row++) {
        for (let column = p * H; column < (p + 1) * H; column++, at++)
          part[at] = out[row * width + column] + (kept?.[column] ?? 0) * last[at];
      }
    }
  });
}
