// Lazy Adam: torch.optim.SparseAdam within 1e-6 over 20 steps, in plain TypeScript and on every carrier; rows that a batch does not use
// and the padding row stay as they are, bit by bit; AdamW's decay acts on the rows that are used.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import type { SparseRows } from '../../../extension/engine/train/gradients.ts';
import { applyUpdates, createOptimizerState, type ParameterState } from '../../../extension/engine/train/optimizers.ts';
import type { ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import { createTraining } from '../../support/kernelTraining.ts';
import { assertClose, assertSameBits, randomArray, readGolden, TOY_SHAPE } from '../engine/support.ts';
import { CARRIERS_HERE, openTestMachine } from './support.ts';

type Adam = Extract<ResolvedOptimizer, { lazy: boolean }>;
const golden = readGolden<{ name: string; options: Adam; rowCount: number; size: number; used: number }>('lazyAdam');

afterEach(() => setMachine(undefined));

/** A table and an optimizer for it, in the machine's memory where there is one. */
function start(machine: KernelMachine | undefined, options: Adam, initial: Float32Array) {
  const values = machine ? machine.arena.adopt(initial) : initial;
  const { table: state } = createOptimizerState(options, [{ name: 'table', values }]);
  for (const [name, array] of Object.entries(state.buffers))
    if (machine) state.buffers[name as 'expAvg'] = machine.arena.adopt(array);
  const update = (fixedCount: number, gradient: SparseRows): void =>
    applyUpdates([{ parameter: { values, fixedCount }, state, gradient, options }]);
  return { values, state, update };
}

function checkGolden(machine: KernelMachine | undefined): void {
  assert.equal(golden.cases.length, 3);
  for (const { name, options, rowCount, size, used } of golden.cases) {
    const { values, update } = start(machine, options, golden.values(`${name}.start`).slice());
    for (let step = 0; step < 20; step++) {
      const part = <T extends Float32Array | Int32Array>(all: T, length: number): T =>
        all.slice(step * length, (step + 1) * length) as T;
      const rows = part(golden.integers(`${name}.rows`), used);
      const gradient = { rows, values: part(golden.values(`${name}.gradients`), used * size), size, rowCount };
      update(0, gradient);
      const expected = part(golden.values(`${name}.after`), rowCount * size);
      assertClose(values, expected, `${name}, step ${step + 1}`, { absolute: 1e-6 });
    }
  }
}

const COUNT = 9;
const SIZE = 7;
const ADAMW: Adam = {
  type: 'adamw',
  learningRate: 0.1,
  betas: [0.9, 0.99],
  epsilon: 1e-8,
  lazy: true,
  weightDecay: 0.5,
};

/** What is of rows other than `used`. */
const others = (array: Float32Array, used: readonly number[]): Float32Array =>
  array.filter((_, at) => !used.includes(Math.floor(at / SIZE)));

const bothOf = ({ buffers }: ParameterState): Float32Array[] => [buffers.expAvg!, buffers.expAvgSq!];

function checkRows(machine: KernelMachine | undefined): void {
  const { values, state, update } = start(machine, ADAMW, randomArray(COUNT * SIZE, 1));
  const gradientOf = (rows: number[], seed: number): SparseRows => {
    const own = randomArray(rows.length * SIZE, seed);
    return { rows: Int32Array.from(rows), values: own, size: SIZE, rowCount: COUNT };
  };
  update(SIZE, gradientOf([8, 1, 5], 2));
  const before = [values, ...bothOf(state)].map((array) => array.slice());
  // Row 0 is fixed: a gradient that has it all the same changes nothing.
  update(SIZE, gradientOf([5, 0, 2], 3));
  for (const [n, array] of [values, ...bothOf(state)].entries()) {
    assertSameBits(others(array, [5, 2]), others(before[n], [5, 2]), `rows without a gradient, ${n}`);
    for (const row of [5, 2]) {
      const own = (of: Float32Array): number[] => [...of.subarray(row * SIZE, (row + 1) * SIZE)];
      assert.notDeepEqual(own(array), own(before[n]));
    }
  }
}

/** With a gradient of zero and no past, only the decay is left: p (1 - η λ). */
function checkDecay(machine: KernelMachine | undefined): void {
  const initial = randomArray(COUNT * SIZE, 4);
  const { values, update } = start(machine, ADAMW, initial.slice());
  const gradient = { rows: Int32Array.of(3), values: new Float32Array(SIZE), size: SIZE, rowCount: COUNT };
  update(0, gradient);
  const kept = 1 - ADAMW.learningRate * ADAMW.weightDecay;
  const expected = initial.map((value, at) => (Math.floor(at / SIZE) === 3 ? value * kept : value));
  assertClose(values, expected, 'weights', { absolute: 1e-7 });
  assertSameBits(others(values, [3]), others(initial, [3]), 'the others');
}

/** A second batch moves the rows of the embedding that it uses, and no other, though the first has left them a momentum. */
function checkTraining(): void {
  const training = createTraining(TOY_SHAPE, { batchSize: 2, batches: 2, isLazy: true });
  training.step();
  const [before] = training.weights();
  const losses = training.step();
  const [after] = training.weights();
  training.end();
  assert.ok(Number.isFinite(losses));
  const size = before.length / TOY_SHAPE.vocabularySize;
  const used = [...training.tokensOf(1)];
  const unused = [...training.tokensOf(0)].filter((token) => !used.includes(token));
  assert.ok(unused.length > 0, 'the batches use the same tokens');
  for (let row = 0; row < TOY_SHAPE.vocabularySize; row++) {
    const own = (of: Float32Array): Float32Array => of.subarray(row * size, (row + 1) * size);
    if (used.includes(row)) assert.notDeepEqual(own(after), own(before), `row ${row}`);
    else assertSameBits(own(after), own(before), `row ${row}`);
  }
}

const CHECKS = {
  '20 steps of torch.optim.SparseAdam': checkGolden,
  'only rows in use': checkRows,
  decay: checkDecay,
  training: checkTraining,
};

for (const [name, check] of Object.entries(CHECKS)) test(`cpu: ${name}`, () => check(undefined));

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());
  for (const [name, check] of Object.entries(CHECKS)) {
    test(`${carrier.name}: ${name}`, async () => {
      const { machine } = await opened;
      setMachine(machine);
      machine.arena.scope(() => check(machine));
    });
  }
}
