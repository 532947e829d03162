// Training gives the same bits on every carrier with fused multiply-add and with any count of threads, and nearly the same on the others.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { type TrainedBits, trainedBits } from '../../support/kernelTraining.ts';
import { assertClose } from '../engine/support.ts';
import { CARRIERS_HERE, openTestMachine, type TestCarrier } from './support.ts';

prepareBackend();
afterEach(() => setMachine(undefined));

async function trainOn(carrier: TestCarrier, threads: number): Promise<TrainedBits> {
  const { machine } = await openTestMachine(carrier, threads);
  setMachine(machine);
  const bits = trainedBits();
  setMachine(undefined);
  await machine.close();
  return bits;
}

const first = await trainOn(CARRIERS_HERE[0], 1);

test('the training that is compared learns something', () => {
  assert.ok(first.losses.every(Number.isFinite));
  assert.ok(first.losses.at(-1)! < 0.8 * first.losses[0], `${first.losses}`);
});

for (const carrier of CARRIERS_HERE) {
  test(`${carrier.name}: ${carrier.isFused ? 'the same weights' : 'nearly the same losses'} with 1, 2, 3 and 4 threads`, async () => {
    const runs = new Map<number, TrainedBits>();
    for (const threads of [1, 2, 3, 4]) runs.set(threads, await trainOn(carrier, threads));
    for (const [threads, { sha256, losses }] of runs) {
      assert.equal(sha256, runs.get(1)!.sha256, `${threads} threads`);
      if (carrier.isFused) assert.deepEqual({ sha256, losses }, first, `${threads} threads`);
      else assertClose(losses, first.losses, 'losses', { absolute: 1e-4 });
    }
    if (!carrier.isFused) assert.notEqual(runs.get(1)!.sha256, first.sha256);
  });
}

test('plain TypeScript: nearly the same losses', () => {
  // It sums in another order and partly in double precision: differences of 1e-7 at first, which training then multiplies.
  assertClose(trainedBits().losses.slice(0, 25), first.losses.slice(0, 25), 'losses', { absolute: 1e-5 });
});
