// Every kernel of tfjs that we replace gives what the cpu backend's gives, on every carrier: the same bits where the arithmetic is exact,
// else within a tolerance whose reason stands with the case (tensorCases.ts).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import type { ArenaBackend } from '../../../extension/engine/backend/arenaBackend.ts';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { GATESCOPE_BACKEND, setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { TENSOR_KERNELS } from '../../../extension/engine/backend/tensorKernels/register.ts';
import { logSoftmax } from '../../../extension/engine/layers/logSoftmax.ts';
import { ulpsOff } from '../../support/mathSweep.ts';
import { assertSameValues, CARRIERS_HERE, openTestMachine } from './support.ts';
import { CASES, createInputs, softmaxLike, type TensorCase, type Tolerance } from './tensorCases.ts';

prepareBackend();
afterEach(() => setMachine(undefined));

const SEEDS = Array.from({ length: 24 }, (_, seed) => seed);
const ALL = [...CASES, softmaxLike('LogSoftmax', logSoftmax)];

interface Computed {
  shape: number[];
  values: Float32Array;
  /** A kernel of ours made it. */
  isInMemory: boolean;
}

function compute(run: () => tf.Tensor): Computed {
  return tf.tidy(() => {
    const result = run();
    assert.equal(result.dtype, 'float32');
    const backend = tf.backend() as ArenaBackend;
    const isInMemory = backend.machine?.arena.holds(backend.data.get(result.dataId).values as Float32Array) ?? false;
    return { shape: result.shape, values: result.dataSync<'float32'>().slice(), isInMemory };
  });
}

function checkValues(actual: Float32Array, expected: Float32Array, tolerance: Tolerance, what: string): void {
  if (tolerance.kind === 'exact') assertSameValues(actual, expected, what);
  const bound = tolerance.kind === 'bound' ? compute(tolerance.of).values : undefined;
  for (const [at, value] of expected.entries()) {
    if (Object.is(actual[at], value) || actual[at] === value) continue;
    const place = `${what}[${at}]: ${actual[at]} instead of ${value}`;
    if (tolerance.kind === 'ulps') assert.ok(ulpsOff(actual[at], value) <= tolerance.most, place);
    // Half a step of subnormal numbers on top: what falls below them is rounded to whole steps.
    else if (bound) assert.ok(Math.abs(actual[at] - value) <= bound[at % bound.length] + 2 ** -148, place);
    else assert.fail(place);
  }
}

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const make of ALL) {
    const name = await (async () => make(createInputs((await opened).machine.arena, 0)).kernel)();
    test(`${carrier.name}: ${name} as on the cpu backend`, async () => {
      const { machine } = await opened;
      for (const seed of SEEDS) {
        machine.arena.scope(() => {
          setMachine(undefined);
          const { run, tolerance }: TensorCase = make(createInputs(machine.arena, seed));
          const expected = compute(run);
          setMachine(machine);
          const onMachine: TensorCase = make(createInputs(machine.arena, seed));
          const actual = compute(onMachine.run);
          setMachine(undefined);
          assert.deepEqual(actual.shape, expected.shape);
          checkValues(actual.values, expected.values, tolerance, `${name}, seed ${seed}`);
          assert.ok(actual.isInMemory, 'no kernel of ours made it');
        });
      }
    });
  }
}

test('every kernel that is replaced is compared, and listed in the docs', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0]);
  const compared = ALL.map((make) => make(createInputs(machine.arena, 0)).kernel);
  assert.deepEqual([...compared].sort(), Object.keys(TENSOR_KERNELS).sort());
  const page = readFileSync(new URL('../../../docs/engine.md', import.meta.url), 'utf8');
  const section = page.split('### Kernels of tfjs')[1].split('\n#')[0];
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const listed = rows.flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(listed.sort(), Object.keys(TENSOR_KERNELS).sort());
});

test('every kernel of the cpu backend is there', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0]);
  setMachine(machine);
  const names = (backend: string): string[] => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
  const ours = new Set(names(GATESCOPE_BACKEND));
  assert.ok(names('cpu').length > 150);
  assert.deepEqual(
    names('cpu').filter((name) => !ours.has(name)),
    [],
  );
  assert.equal(ours.size, names('cpu').length + 1, 'LogSoftmax is ours alone');
});
