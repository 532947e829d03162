// What an optimizer keeps of a weight that gets no gradient any more decays to zero, by way of no subnormal number, on every carrier and in
// plain TypeScript.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { Arena } from '../../../extension/engine/kernels/arena.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { applyUpdates, createOptimizerState, updatesOf } from '../../../extension/engine/train/optimizers.ts';
import type { ResolvedOptimizer } from '../../../extension/schema/resolved.ts';
import { randomArray } from '../engine/support.ts';
import { CARRIERS_HERE, openTestMachine } from './support.ts';

const common = { learningRate: 0.001, epsilon: 1e-8, weightDecay: 0 };
// Squares decay fast here, so that they too reach the end within the test.
const RULES: ResolvedOptimizer[] = [
  { type: 'sgd', learningRate: 0.001, momentum: 0.9, nesterov: true, weightDecay: 0 },
  { type: 'adam', ...common, betas: [0.9, 0.95], lazy: false },
  { type: 'adamw', ...common, betas: [0.9, 0.95], lazy: false },
  { type: 'rmsprop', ...common, alpha: 0.95, momentum: 0.9, centered: true },
];

afterEach(() => setMachine(undefined));

/** One update with a gradient, then 2,500 without. */
function decay(options: ResolvedOptimizer, arena: Arena): void {
  const block = (length: number): Float32Array => arena.float32(length).fill(0);
  const values = block(21);
  values.set(randomArray(21, 1));
  const parameter = { name: 'p', values, fixedCount: 0 };
  const state = createOptimizerState(options, [parameter]);
  const { buffers } = state.p;
  for (const name of Object.keys(buffers)) buffers[name as 'expAvg'] = block(21);
  const update = (gradient: Float32Array): void =>
    applyUpdates(updatesOf([parameter], [gradient], state, () => options));
  update(randomArray(21, 2));
  for (const [name, values] of Object.entries(buffers)) assert.ok(values.every(Boolean), `${name} holds something`);
  for (let step = 0; step < 2500; step++) {
    update(new Float32Array(21));
    for (const [name, values] of Object.entries(buffers)) {
      const subnormal = values.find((value) => value !== 0 && Math.abs(value) < 2 ** -126);
      assert.equal(subnormal, undefined, `${name} at step ${step}`);
    }
  }
  for (const [name, values] of Object.entries(buffers)) assert.ok(!values.some(Boolean), `${name} ends at zero`);
  assert.ok(values.every(Number.isFinite));
}

for (const options of RULES) {
  test(`plain ${options.type}: states decay to zero, never subnormal`, () => decay(options, new Arena(64)));
}

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const options of RULES) {
    test(`${carrier.name} ${options.type}: states decay to zero, never subnormal`, async () => {
      const { machine }: { machine: KernelMachine } = await opened;
      setMachine(machine);
      machine.arena.scope(() => decay(options, machine.arena));
    });
  }
}
