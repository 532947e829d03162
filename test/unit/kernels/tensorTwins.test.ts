// What has an order of its own gives the bits of its naive twin on every carrier, with any count of threads, and writes nothing beside its
// result; wrappers refuse what does not fit.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { multiplyBatches } from '../../../extension/engine/kernels/batchProducts.ts';
import { binary, unary } from '../../../extension/engine/kernels/elementwise.ts';
import { layerNormForward } from '../../../extension/engine/kernels/layerNormKernels.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { copyStrided, gatherRows } from '../../../extension/engine/kernels/movement.ts';
import { reduce, softmaxInto } from '../../../extension/engine/kernels/reduction.ts';
import { mergeDimensions, outerArguments } from '../../../extension/engine/kernels/strides.ts';
import { assertSameBits, randomArray } from '../engine/support.ts';
import {
  assertSameValues,
  awkward,
  CARRIERS_HERE,
  createChoice,
  guarded,
  mathOn,
  multiplyAddOf,
  openTestMachine,
  type TestCarrier,
} from './support.ts';
import { naiveLogSoftmax, naiveSums } from './tensorTwins.ts';
import { naiveProduct } from './twins.ts';

const SEEDS = Array.from({ length: 24 }, (_, seed) => seed);

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());
  const { machine } = await opened;
  const { arena } = machine;

  const forSeeds = (name: string, check: (seed: number, choose: ReturnType<typeof createChoice>) => void): void => {
    test(`${carrier.name}: ${name}`, () => {
      for (const seed of SEEDS) arena.scope(() => check(seed, createChoice(seed)));
    });
  };

  forSeeds('sums over any of three dimensions', (seed, choose) => {
    const isLong = seed % 6 === 5;
    const shape = { outer: choose(1, 9), count: isLong ? choose(4000, 9000) : choose(1, 200), inner: choose(1, 3) };
    if (seed % 2 === 0 && !isLong) shape.inner = choose(1, 150);
    const { outer, count, inner } = shape;
    const x = awkward(arena, outer * count * inner, seed, { every: seed % 4 === 3 ? 61 : 0 });
    const out = guarded(arena, outer * inner, seed % 16);
    reduce(machine, 'sum', x, shape, out.view);
    assertSameValues(out.view, naiveSums(x, outer, count, inner), `seed ${seed}`);
    out.assertUntouched('sums');
  });

  forSeeds('the logarithm of softmax', (seed, choose) => {
    const columns = choose(1, 70);
    const x = awkward(arena, choose(1, 9) * columns, seed, { scale: [1, 20, 200][seed % 3] });
    const out = guarded(arena, x.length, seed % 16);
    softmaxInto(machine, 'logSoftmax', x, out.view, columns);
    const math = (name: 'exp' | 'sigmoid' | 'tanh' | 'log', values: Float32Array) => mathOn(machine, name, values);
    assertSameValues(out.view, naiveLogSoftmax(x, columns, math), `seed ${seed}`);
    out.assertUntouched('rows');
  });

  forSeeds('many products of one shape', (seed, choose) => {
    const [m, n, k, batches] = [choose(1, 150), choose(1, 40), choose(1, 40), choose(1, 4)];
    const [isTransposedA, isTransposedB] = [seed % 2 === 1, seed % 4 > 1];
    const [isSharedA, isSharedB] = [seed % 3 === 1, seed % 3 === 2];
    const every = seed % 5 === 4 ? 71 : 0;
    const a = awkward(arena, (isSharedA ? 1 : batches) * m * k, seed, { every });
    const b = awkward(arena, (isSharedB ? 1 : batches) * k * n, seed + 1, { every });
    const bias = seed % 2 === 0 ? awkward(arena, n, seed + 2) : undefined;
    const out = guarded(arena, batches * m * n, seed % 16);
    const [left, right] = [
      { values: a, isTransposed: isTransposedA, isShared: isSharedA },
      { values: b, isTransposed: isTransposedB, isShared: isSharedB },
    ];
    multiplyBatches(machine, { a: left, b: right, out: out.view, batches, m, n, k, bias });
    const start = (_: number, column: number): number => bias?.[column] ?? 0;
    for (let batch = 0; batch < batches; batch++) {
      const part = (of: Float32Array, isShared: boolean, size: number) => of.subarray(isShared ? 0 : batch * size);
      const own = { a: part(a, isSharedA, m * k), b: part(b, isSharedB, k * n) };
      const expected = naiveProduct({ m, n, k, ...own, isTransposedA, isTransposedB, start }, multiplyAddOf(carrier));
      assertSameValues(out.view.subarray(batch * m * n, (batch + 1) * m * n), expected, `seed ${seed}, ${batch}`);
    }
    out.assertUntouched('products');
  });

  forSeeds('functions, operations and copies write their result alone', (seed, choose) => {
    const [rows, columns] = [choose(1, 40), choose(1, 40)];
    const x = awkward(arena, rows * columns, seed, { every: 9 });
    const out = guarded(arena, x.length, seed % 16);
    unary(machine, 'neg', x, out.view);
    assertSameValues(
      out.view,
      x.map((value) => -value),
      'negatives',
    );
    const row = { values: awkward(arena, columns, seed + 1), shape: [columns] };
    const matrix = { values: x, shape: [rows, columns] };
    binary(machine, 'sub', matrix, row, { values: out.view, shape: matrix.shape });
    assertSameValues(
      out.view,
      x.map((value, at) => value - row.values[at % columns]),
      'differences',
    );
    copyStrided(machine, x, out.view, [
      { size: columns, first: 1, second: rows },
      { size: rows, first: columns, second: 1 },
    ]);
    const transposed = x.map((_, at) => x[(at % rows) * columns + Math.floor(at / rows)]);
    assertSameValues(out.view, transposed, 'transposed');
    out.assertUntouched('element-wise');
  });
}

/** One piece of work of every kind that is large enough to be shared. */
function sharedWork(machine: KernelMachine): Float32Array[] {
  const { arena } = machine;
  const [rows, width] = [700, 130];
  const x = arena.adopt(randomArray(rows * width, 1));
  const y = arena.adopt(randomArray(rows * width, 2));
  const row = arena.adopt(randomArray(width, 3));
  const fresh = (length: number): Float32Array => arena.float32(length);
  const [e, sum, added, columns, whole] = [fresh(x.length), fresh(rows), fresh(x.length), fresh(width), fresh(1)];
  unary(machine, 'tanh', x, e);
  reduce(machine, 'sum', x, { outer: rows, count: width, inner: 1 }, sum);
  reduce(machine, 'mean', x, { outer: 1, count: rows, inner: width }, columns);
  reduce(machine, 'max', x, { outer: 1, count: rows * width, inner: 1 }, whole);
  binary(
    machine,
    'mul',
    { values: x, shape: [rows, width] },
    { values: row, shape: [width] },
    {
      values: added,
      shape: [rows, width],
    },
  );
  const pass = layerNormForward(machine, x, { gamma: row, beta: row }, 1e-5);
  const { x: dX, gamma, beta } = pass.backward(y);
  const log = fresh(x.length);
  softmaxInto(machine, 'logSoftmax', x, log, width);
  const product = fresh(7 * 100 * 100);
  const side = (values: Float32Array, isTransposed: boolean) => ({ values, isTransposed, isShared: false });
  const sizes = { batches: 7, m: 100, n: 100, k: width };
  multiplyBatches(machine, { a: side(x, false), b: side(y, true), out: product, ...sizes });
  return [e, sum, added, columns, whole, pass.y, dX, gamma, beta, log, product];
}

async function sharedWorkOn(carrier: TestCarrier, threads: number): Promise<Float32Array[]> {
  const { machine } = await openTestMachine(carrier, threads);
  const results = machine.arena.scope(() => sharedWork(machine).map((values) => values.slice()));
  await machine.close();
  return results;
}

for (const carrier of CARRIERS_HERE) {
  test(`${carrier.name}: the same bits with 1, 2 and 3 threads${carrier.isFused ? ', and as on the first carrier' : ''}`, async () => {
    const first = await sharedWorkOn(carrier.isFused ? CARRIERS_HERE[0] : carrier, 1);
    for (const threads of [1, 2, 3]) {
      const results = await sharedWorkOn(carrier, threads);
      for (const [n, values] of results.entries()) assertSameBits(values, first[n], `result ${n}, ${threads} threads`);
    }
  });
}

test('dimensions that lie together are merged', () => {
  const dim = (size: number, stride: number, second = stride) => ({ size, first: stride, second });
  assert.deepEqual(mergeDimensions([dim(2, 12), dim(3, 4), dim(1, 4), dim(4, 1)]), [dim(24, 1)]);
  assert.deepEqual(mergeDimensions([dim(2, 12, 0), dim(3, 4, 0), dim(4, 1)]), [dim(6, 4, 0), dim(4, 1)]);
  assert.deepEqual(mergeDimensions([dim(1, 1), dim(1, 1)]), []);
  assert.throws(() => outerArguments(new Array(6).fill(dim(2, 1))), /5 outer dimensions, not 6/);
});

test('wrappers refuse what is too short or lies outside of the memory', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0]);
  const floats = (length: number): Float32Array => machine.arena.float32(length).fill(0);
  const operand = (length: number, ...shape: number[]) => ({ values: floats(length), shape });
  const shape = { outer: 2, count: 3, inner: 4 };
  const side = (length: number) => ({ values: floats(length), isTransposed: false, isShared: false });
  const product = { a: side(12), b: side(24), out: floats(16), batches: 2, m: 2, n: 4, k: 3 };
  const look = {
    tables: floats(12),
    ids: Int32Array.of(0, 2),
    out: floats(8),
    batches: 1,
    places: 1,
    rows: 3,
    size: 4,
  };
  const dims = [{ size: 3, first: 4, second: 1 }];
  const refused: [RegExp, () => unknown][] = [
    [/outside the arena/, () => unary(machine, 'exp', new Float32Array(4), floats(4))],
    [/outside the arena/, () => unary(machine, 'exp', floats(4), new Float32Array(4))],
    [/operand of a function has 3/, () => unary(machine, 'exp', floats(3), floats(4))],
    [/first operand has 5/, () => binary(machine, 'add', operand(5, 2, 3), operand(3, 3), operand(6, 2, 3))],
    [/second operand has 2/, () => binary(machine, 'add', operand(6, 2, 3), operand(2, 3), operand(6, 2, 3))],
    [/result of an operation has 5/, () => binary(machine, 'add', operand(6, 2, 3), operand(3, 3), operand(5, 2, 3))],
    [/operand of a reduction has 23/, () => reduce(machine, 'sum', floats(23), shape, floats(8))],
    [/result of a reduction has 7/, () => reduce(machine, 'max', floats(24), shape, floats(7))],
    [/nothing to reduce/, () => reduce(machine, 'max', floats(24), { ...shape, count: 0 }, floats(8))],
    [/result of softmax/, () => softmaxInto(machine, 'softmax', floats(8), floats(7), 4)],
    [/left matrices of a product has 11/, () => multiplyBatches(machine, { ...product, a: side(11) })],
    [/right matrices of a product has 23/, () => multiplyBatches(machine, { ...product, b: side(23) })],
    [/result of a product has 15/, () => multiplyBatches(machine, { ...product, out: floats(15) })],
    [/bias of a product has 3/, () => multiplyBatches(machine, { ...product, bias: floats(3) })],
    [/What is copied has 8/, () => copyStrided(machine, floats(8), floats(3), dims)],
    [/result of a copy has 2/, () => copyStrided(machine, floats(9), floats(2), dims)],
    [/tables of a look-up has 11/, () => gatherRows(machine, { ...look, tables: floats(11) })],
    [/result of a look-up has 7/, () => gatherRows(machine, { ...look, out: floats(7) })],
    [/Row 3 is outside/, () => gatherRows(machine, { ...look, ids: Int32Array.of(0, 3) })],
    [/Row -1 is outside/, () => gatherRows(machine, { ...look, ids: Int32Array.of(0, -1) })],
  ];
  for (const [message, call] of refused) assert.throws(call, message);
});
