// Update rules on every carrier: the same bits as naive float32 twins, and torch.optim within 1e-6 over 20 steps.
import { after, afterEach, test } from 'node:test';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { updateAll } from '../../../extension/engine/kernels/optimizerKernels.ts';
import { denseGradient, type Gradient } from '../../../extension/engine/train/gradients.ts';
import {
  applyUpdates,
  createOptimizerState,
  type ParameterState,
  type Updatable,
  updatesOf,
} from '../../../extension/engine/train/optimizers.ts';
import type { ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import { assertClose, readGolden } from '../engine/support.ts';
import {
  assertSameValues,
  awkward,
  CARRIERS_HERE,
  createChoice,
  multiplyAddOf,
  openTestMachine,
  type TestMachine,
} from './support.ts';
import { naiveUpdate } from './twins.ts';

const golden = readGolden<{ name: string; options: ResolvedOptimizer }>('optimizers');
const ALL = golden.cases.map(({ options }) => options);

afterEach(() => setMachine(undefined));

/** A parameter and its state in the memory; `fill` gives the state its values. */
function stateOn(
  { arena }: TestMachine['machine'],
  options: ResolvedOptimizer,
  start: Float32Array,
  fill: (at: number) => number,
) {
  const values = arena.float32(start.length);
  values.set(start);
  const { p: state } = createOptimizerState(options, [{ name: 'p', values }]);
  for (const [name, array] of Object.entries(state.buffers)) {
    const inside = arena.adopt(array);
    for (let at = 0; at < start.length; at++) inside[at] = Math.fround(fill(at));
    state.buffers[name as 'expAvg'] = inside;
  }
  return { values, state };
}

const copiesOf = (state: ParameterState): Record<string, Float32Array | undefined> =>
  Object.fromEntries(Object.entries(state.buffers).map(([name, array]) => [name, array.slice()]));

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());
  const add = multiplyAddOf(carrier);

  for (const options of ALL) {
    test(`${carrier.name}: the bits of the naive twin, ${JSON.stringify(options)}`, async () => {
      const { machine } = await opened;
      const { arena } = machine;
      for (let seed = 0; seed < 12; seed++) {
        const choose = createChoice(seed);
        const [length, fixedCount] = [choose(1, 90), seed % 4 === 0 ? 1 : 0];
        // A limit would hide what is not a number.
        const [scale, limit] = [[1, 0.37][seed % 2], seed % 3 === 0 ? 0.5 : 0];
        const every = seed % 2 === 1 && limit === 0 ? 17 : 0;
        arena.scope(() => {
          const { values, state } = stateOn(machine, options, awkward(arena, length, seed, { every }), (at) => at / 50);
          const [naiveValues, buffers] = [values.slice(), copiesOf(state)];
          for (let step = 1; step <= 3; step++) {
            const gradient = awkward(arena, length, seed * 5 + step, { scale: 2, every });
            state.step = step;
            updateAll(machine, [{ parameter: { values, fixedCount }, state, gradient, options }], { scale, limit });
            const moving = (array: Float32Array): Float32Array => array.subarray(fixedCount);
            const own = Object.fromEntries(
              Object.entries(buffers).map(([name, array]) => [name, array && moving(array)]),
            );
            const naive = { options, step, scale, limit, buffers: own };
            naiveUpdate({ ...naive, values: moving(naiveValues), gradient: moving(gradient) }, add);
            assertSameValues(values, naiveValues, `values after ${step}, seed ${seed}`);
            for (const [name, array] of Object.entries(state.buffers)) assertSameValues(array, buffers[name]!, name);
          }
        });
      }
    });

    test(`${carrier.name}: rows of an embedding give the bits of the whole gradient, ${JSON.stringify(options)}`, async () => {
      const { machine } = await opened;
      const { arena } = machine;
      for (let seed = 0; seed < 6; seed++) {
        const choose = createChoice(seed);
        const [rowCount, size] = [choose(4, 20), choose(1, 19)];
        const length = rowCount * size;
        const fixedCount = seed % 2 === 0 ? size : 0;
        arena.scope(() => {
          const start = awkward(arena, length, seed);
          const whole = stateOn(machine, options, start, (at) => at / length);
          const sparse = stateOn(machine, options, start, (at) => at / length);
          const update = (of: typeof whole, parameter: Updatable, gradient: Gradient): void => {
            of.state.step++;
            const clipping = { scale: 0.5, limit: seed % 3 === 0 ? 0.1 : 0 };
            updateAll(machine, [{ parameter, state: of.state, gradient, options }], clipping);
          };
          for (let step = 0; step < 3; step++) {
            const rows = Int32Array.from([rowCount - 1, 2, 1].slice(step % 2));
            const rowValues = awkward(arena, rows.length * size, seed + step);
            const gradient = { rows, values: rowValues, size, rowCount };
            update(whole, { values: whole.values, fixedCount }, arena.adopt(denseGradient(gradient)));
            update(sparse, { values: sparse.values, fixedCount }, gradient);
            assertSameValues(sparse.values, whole.values, `values, seed ${seed}`);
            for (const [name, array] of Object.entries(sparse.state.buffers)) {
              assertSameValues(array, whole.state.buffers[name as 'expAvg']!, name);
            }
          }
        });
      }
    });
  }

  for (const { name, options } of golden.cases) {
    test(`${carrier.name}: 20 steps of torch.optim, ${JSON.stringify(options)}`, async () => {
      const { machine } = await opened;
      setMachine(machine);
      machine.arena.scope(() => {
        const starts = [0, 1].map((p) => golden.values(`${name}.${p}.start`));
        const parameters = starts.map((start, p) => {
          return { name: `p${p}`, values: machine.arena.adopt(start), fixedCount: 0 };
        });
        const sizes = starts.map((start) => start.length);
        const state = createOptimizerState(options, parameters);
        for (const { buffers } of Object.values(state)) {
          for (const [name, array] of Object.entries(buffers)) buffers[name as 'expAvg'] = machine.arena.adopt(array);
        }
        for (let step = 0; step < 20; step++) {
          const rowOf = (p: number, what: string): Float32Array =>
            golden.values(`${name}.${p}.${what}`).subarray(step * sizes[p], (step + 1) * sizes[p]);
          applyUpdates(updatesOf(parameters, [rowOf(0, 'gradients'), rowOf(1, 'gradients')], state, () => options));
          for (const p of [0, 1]) {
            assertClose(parameters[p].values, rowOf(p, 'after'), `step ${step + 1}`, { absolute: 1e-6 });
          }
        }
      });
    });
  }
}
