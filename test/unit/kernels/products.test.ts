// Matrix products on every carrier: the same bits as a naive chain of multiply-adds in the order of k, whatever the shape.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Arena } from '../../../extension/engine/kernels/arena.ts';
import { addPacking, addProduct, type ProductCall } from '../../../extension/engine/kernels/products.ts';
import {
  assertSameValues,
  awkward,
  CARRIERS_HERE,
  createChoice,
  fused,
  guarded,
  multiplyAddOf,
  openTestMachine,
  roundedTwice,
} from './support.ts';
import { naiveProduct, type Shape } from './twins.ts';

test('the twin of a fused multiply-add rounds once, also where double precision would round twice', () => {
  // 1 + 2^-24 lies half-way between two floats; 2^-60 more decides. Rounded to double first, it is lost.
  assert.equal(fused(2 ** -30, 2 ** -30, 1), 1);
  const halfWay = Math.fround(1 + 2 ** -23);
  assert.equal(fused(2 ** -30, 2 ** -30, halfWay), halfWay);
  assert.equal(fused(1 + 2 ** -12, 1 + 2 ** -12, 2 ** -60), Math.fround(1 + 2 ** -11 + 2 ** -23));
  assert.equal(fused(1 + 2 ** -12, 1 + 2 ** -12, -(2 ** -60)), Math.fround(1 + 2 ** -11));
  assert.equal(roundedTwice(1 + 2 ** -12, 1 + 2 ** -12, 2 ** -60), Math.fround(1 + 2 ** -11));
  assert.ok(Object.is(fused(Infinity, 0, 1), NaN));
});

const STARTS = ['zero', 'out', 'bias', 'twoBiases'] as const;
/** Shapes around the sizes of tiles, vectors and blocks (KC 256 and 512, MC 72). */
const EDGES: Shape[] = [
  { m: 1, n: 1, k: 1 },
  { m: 3, n: 5, k: 0 },
  { m: 73, n: 33, k: 385 },
  { m: 72, n: 32, k: 384 },
  { m: 145, n: 17, k: 3 },
  { m: 73, n: 33, k: 513 },
  // One tile or two, on every carrier.
  ...[5, 8, 12, 13, 14, 15, 25, 28, 29].flatMap((m) => [7, 40].map((n) => ({ m, n, k: 19 }))),
];

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());
  const add = multiplyAddOf(carrier);

  const run = async (shape: Shape, seed: number, every: number): Promise<void> => {
    const { machine } = await opened;
    const { arena } = machine;
    const { m, n, k } = shape;
    const startName = STARTS[seed % 4];
    const [isTransposedA, isTransposedB] = [(seed >> 2) % 2 === 1, (seed >> 3) % 2 === 1];
    arena.scope(() => {
      const a = awkward(arena, m * k, seed + 1, { every });
      const b = awkward(arena, k * n, seed + 2, { every: every && every + 2 });
      const [bias, bias2] = [awkward(arena, n, seed + 3, { every }), awkward(arena, n, seed + 4)];
      const before = awkward(arena, m * n, seed + 5, { every });
      const { view: out, assertUntouched } = guarded(arena, m * n, seed % 16);
      out.set(before);
      const starts = { zero: 'zero', out: 'out', bias: { bias }, twoBiases: { bias, bias2 } } as const;
      const start: ProductCall['start'] = starts[startName];
      const packing = machine.job();
      const panels = addPacking(machine, packing, { values: b, k, n, isTransposed: isTransposedB });
      machine.run(packing);
      const job = machine.job();
      addProduct(job, { a, isTransposed: isTransposedA, panels, m, n, k, out, start });
      machine.run(job);
      const startOf = {
        zero: () => 0,
        out: (row: number, column: number) => before[row * n + column],
        bias: (_: number, column: number) => bias[column],
        twoBiases: (_: number, column: number) => Math.fround(bias[column] + bias2[column]),
      }[startName];
      const expected = naiveProduct({ ...shape, a, isTransposedA, b, isTransposedB, start: startOf }, add);
      const what = `${m} x ${n} x ${k} from ${startName}, transposed ${isTransposedA} ${isTransposedB}`;
      assertSameValues(out, expected, what);
      assertUntouched(what);
    });
  };

  test(`${carrier.name}: products of all transposes and starts, with tails and blocks that begin anywhere`, async () => {
    for (const [n, shape] of EDGES.entries()) for (let seed = n % 5; seed < 16; seed += 5) await run(shape, seed, 0);
    const choose = createChoice(1);
    for (let seed = 0; seed < 64; seed++) {
      await run({ m: choose(1, 40), n: choose(1, 70), k: choose(0, 60) }, seed, seed % 2 === 0 ? 0 : 37);
    }
  });

  test(`${carrier.name}: rows that are picked, zeros and rows of another matrix in what is packed`, async () => {
    const { machine } = await opened;
    for (let seed = 0; seed < 8; seed++) machine.arena.scope(() => pickedRows(machine.arena, seed));

    function pickedRows(arena: Arena, seed: number): void {
      const choose = createChoice(seed);
      const [m, n, k] = [choose(1, 30), choose(1, 40), choose(1, 50)];
      const stride = n + choose(0, 5);
      const a = awkward(arena, m * k, seed);
      const source = awkward(arena, k * stride, seed + 1);
      const other = awkward(arena, 3 * stride, seed + 2);
      const index = arena.adopt(Int32Array.from({ length: k }, () => choose(-4, k - 1)));
      const rows = arena.adopt(Int32Array.from({ length: m }, (_, row) => 2 * (m - 1 - row) + (seed % 2)));
      const packing = machine.job();
      const panels = addPacking(machine, packing, { values: source, other, k, n, index, stride });
      machine.run(packing);
      const out = arena.float32(2 * m * n).fill(7);
      const job = machine.job();
      addProduct(job, { a, panels, m, n, k, out, rows });
      machine.run(job);
      const b = Float32Array.from({ length: k * n }, (_, at) => {
        const [from, column] = [index[Math.floor(at / n)], at % n];
        return from >= 0 ? source[from * stride + column] : from === -1 ? 0 : other[(-2 - from) * stride + column];
      });
      const product = { m, n, k, a, isTransposedA: false, b, isTransposedB: false, start: () => 0 };
      const expected = new Float32Array(2 * m * n).fill(7);
      const dense = naiveProduct(product, add);
      for (const [row, to] of rows.entries()) expected.set(dense.subarray(row * n, (row + 1) * n), to * n);
      assertSameValues(out, expected, `${m} x ${n} x ${k}`);
    }
  });
}
