// exp, sigmoid, tanh and log of the kernels: at most 4 units in the last place off, over a dense sample of all floats and at their ends.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { exactValues, NOTHING_YET, ulpsOff, worstOf } from '../../support/mathSweep.ts';
import { assertSameValues, CARRIERS_HERE, FUNCTION_NAMES, mathOn, openTestMachine } from './support.ts';

const MOST_ULPS = 4;

/** Bit patterns first, first + step, … as floats, at most up to `last`. */
function floatsOf(first: number, last: number, step: number): Float32Array {
  const bits = new Uint32Array(Math.floor((last - first) / step) + 1);
  for (let n = 0; n < bits.length; n++) bits[n] = first + n * step;
  return new Float32Array(bits.buffer);
}

/** Every 6007th of all floats (of both signs, with infinities and NaN), and all within 2000 steps of where something changes. */
function sample(): Float32Array[] {
  const edges = [0, 1e-38, 1.17549435e-38, 1e-10, 0.625, Math.SQRT1_2, 1, 2, 16, 43.5, 87, 87.3, 88.72, 89, 103.9, 104];
  const bits = new Uint32Array(Float32Array.from(edges).buffer);
  const near = [...bits].flatMap((bit) =>
    [0, 0x8000_0000].map((sign) => floatsOf(sign + Math.max(0, bit - 2000), sign + bit + 2000, 1)),
  );
  return [floatsOf(0, 0xffff_ffff, 6007), floatsOf(0x7f80_0000 - 2000, 0x7f80_0000 + 10, 1), ...near];
}

const SAMPLE = sample();

test('the judge finds what is off', () => {
  assert.equal(ulpsOff(1, 1), 0);
  assert.equal(ulpsOff(1 + 2 ** -20, 1), 8);
  assert.equal(ulpsOff(2 ** -140, 2 ** -140 + 2 ** -149), 1);
  assert.equal(ulpsOff(3e38, 1e39), Infinity);
  assert.equal(ulpsOff(1e-45, 0), Infinity);
  assert.equal(ulpsOff(1, NaN), Infinity);
  assert.equal(ulpsOff(NaN, 1), Infinity);
  assert.equal(ulpsOff(Infinity, 1), Infinity);
});

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const name of FUNCTION_NAMES) {
    test(`${carrier.name} ${name}: at most ${MOST_ULPS} ulp off`, async (t) => {
      const { machine } = await opened;
      let worst = NOTHING_YET;
      for (const x of SAMPLE) worst = worstOf(exactValues(name, x), x, mathOn(machine, name, x), worst);
      t.diagnostic(`worst ${name} on ${carrier.name}: ${worst.ulps.toFixed(2)} ulp at ${worst.at}`);
      assert.ok(worst.ulps <= MOST_ULPS, `${worst.ulps} ulp at ${worst.at}`);
      assert.ok(worst.count > 700_000);
    });
  }
}

test('all carriers with fused multiply-add give the same bits', async () => {
  const fusedOnes = CARRIERS_HERE.filter(({ isFused }) => isFused);
  assert.ok(fusedOnes.length >= 2);
  const machines = await Promise.all(fusedOnes.map((carrier) => openTestMachine(carrier)));
  for (const name of FUNCTION_NAMES) {
    for (const x of SAMPLE) {
      const [first, ...others] = machines.map(({ machine }) => mathOn(machine, name, x));
      for (const other of others) assertSameValues(other, first, name);
    }
  }
  await Promise.all(machines.map(({ machine }) => machine.close()));
});
