// How far the kernels' exp, sigmoid, tanh and log are from double precision, in units in the last place (ulp) of the float32 result.
// `node test/support/mathSweep.ts [exp sigmoid tanh log]` looks at all 2^32 floats, on every carrier that runs here, and sees that the
// carriers with fused multiply-add give the same bits for each (some minutes a function); the tests take a sample.
import { fileURLToPath } from 'node:url';
import { CARRIERS_HERE, FUNCTION_NAMES, type FunctionName, mathOn, openTestMachine } from '../unit/kernels/support.ts';

const MIN_SUBNORMAL_EXPONENT = -149;
const MIN_NORMAL_EXPONENT = -126;
/** Everything at least half an ulp beyond the largest float rounds to infinity. */
const OVERFLOW = 2 ** 128 * (1 - 2 ** -25);

// Beside 80-bit arithmetic V8's functions, and the sigmoid made of them, were at most 3 units of 2^-53 off: 2^-27 of an ulp of ours.
const REFERENCES: Record<FunctionName, (x: number) => number> = {
  exp: Math.exp,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  tanh: Math.tanh,
  log: Math.log,
};

const wide = new Float64Array(1);
const halves = new Uint32Array(wide.buffer);

/** The distance of neighbouring floats at |x|: 2^(e - 23), at least 2^-149. */
function ulpAt(x: number): number {
  wide[0] = x;
  const exponent = ((halves[1] >>> 20) & 0x7ff) - 1023;
  if (exponent < MIN_NORMAL_EXPONENT) return 2 ** MIN_SUBNORMAL_EXPONENT;
  wide[0] = 0;
  halves[1] = (exponent - 23 + 1023) << 20;
  return wide[0];
}

/** Where the result must be infinite, zero or not a number, anything else is infinitely far off. */
export function ulpsOff(actual: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(actual) ? 0 : Infinity;
  if (exact === 0 || Math.abs(exact) >= OVERFLOW) return actual === Math.fround(exact) ? 0 : Infinity;
  if (!Number.isFinite(actual)) return Infinity;
  return Math.abs(actual - exact) / ulpAt(exact);
}

export interface Worst {
  ulps: number;
  at: number;
  /** Values looked at. */
  count: number;
}

export const NOTHING_YET: Worst = { ulps: 0, at: 0, count: 0 };

/** The function in double precision. */
export function exactValues(name: FunctionName, x: Float32Array): Float64Array {
  const reference = REFERENCES[name];
  const exact = new Float64Array(x.length);
  for (let n = 0; n < x.length; n++) exact[n] = reference(x[n]);
  return exact;
}

/** The worst of y(x) and `sofar`. */
export function worstOf(exact: Float64Array, x: Float32Array, y: Float32Array, sofar: Worst): Worst {
  let { ulps, at } = sofar;
  for (let n = 0; n < x.length; n++) {
    const off = ulpsOff(y[n], exact[n]);
    if (off > ulps || Number.isNaN(off)) [ulps, at] = [Number.isNaN(off) ? Infinity : off, x[n]];
  }
  return { ulps, at, count: sofar.count + x.length };
}

/** Values of which one carrier gives other bits than the other; any NaN equals any other. */
function differences(y: Float32Array, other: Float32Array): number {
  let count = 0;
  for (let n = 0; n < y.length; n++) if (!Object.is(y[n], other[n])) count++;
  return count;
}

const BLOCK = 2 ** 20;

/** What is judged: the first carrier with fused multiply-add, whose bits the others must have, and each without. */
async function sweep(name: FunctionName): Promise<void> {
  const open = async (carrier: (typeof CARRIERS_HERE)[number]) => ({
    name: carrier.name,
    machine: (await openTestMachine(carrier)).machine,
    worst: NOTHING_YET,
    different: 0,
  });
  const [judged, ...same] = await Promise.all(CARRIERS_HERE.filter(({ isFused }) => isFused).map(open));
  const others = await Promise.all(CARRIERS_HERE.filter(({ isFused }) => !isFused).map(open));
  const bits = new Uint32Array(BLOCK);
  const x = new Float32Array(bits.buffer);
  for (let block = 0; block < 2 ** 32; block += BLOCK) {
    for (let n = 0; n < BLOCK; n++) bits[n] = block + n;
    const exact = exactValues(name, x);
    const y = mathOn(judged.machine, name, x);
    judged.worst = worstOf(exact, x, y, judged.worst);
    for (const carrier of same) carrier.different += differences(mathOn(carrier.machine, name, x), y);
    for (const carrier of others) carrier.worst = worstOf(exact, x, mathOn(carrier.machine, name, x), carrier.worst);
  }
  for (const { name: carrier, worst } of [judged, ...others]) {
    console.log(`${name} on ${carrier}: ${worst.ulps.toFixed(3)} ulp at ${worst.at}, of ${worst.count} floats`);
  }
  for (const { name: carrier, different } of same) {
    console.log(`${name} on ${carrier}: ${different} values with other bits than on ${judged.name}`);
    if (different > 0) process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  for (const name of FUNCTION_NAMES) if (asked.length === 0 || asked.includes(name)) await sweep(name);
}
