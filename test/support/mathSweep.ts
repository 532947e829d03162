// How far the kernels' exp, sigmoid, tanh and log are from double precision, in units in the last place (ulp) of the float32 result.
// `node test/support/mathSweep.ts` sweeps all 2^32 floats once on every carrier that runs here (about an hour); tests take a sample.
import { fileURLToPath } from 'node:url';
import { CARRIERS_HERE, FUNCTION_NAMES, type FunctionName, mathOn, openTestMachine } from '../unit/kernels/support.ts';

const MIN_SUBNORMAL_EXPONENT = -149;
const MIN_NORMAL_EXPONENT = -126;
/** Everything at least half an ulp beyond the largest float rounds to infinity. */
const OVERFLOW = 2 ** 128 * (1 - 2 ** -25);

// Math.exp, Math.tanh and Math.log of V8 are fdlibm's: less than one unit of double precision off, 2^-29 of ours.
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
  return exponent < MIN_NORMAL_EXPONENT ? 2 ** MIN_SUBNORMAL_EXPONENT : 2 ** (exponent - 23);
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

/** The worst of `x` and `sofar`. */
export function worstOf(name: FunctionName, x: Float32Array, y: Float32Array, sofar: Worst): Worst {
  const exact = REFERENCES[name];
  let { ulps, at } = sofar;
  for (let n = 0; n < x.length; n++) {
    const off = ulpsOff(y[n], exact(x[n]));
    if (off > ulps || Number.isNaN(off)) [ulps, at] = [Number.isNaN(off) ? Infinity : off, x[n]];
  }
  return { ulps, at, count: sofar.count + x.length };
}

export const NOTHING_YET: Worst = { ulps: 0, at: 0, count: 0 };

async function sweep(names: readonly string[]): Promise<void> {
  const size = 2 ** 20;
  const bits = new Uint32Array(size);
  const x = new Float32Array(bits.buffer);
  for (const carrier of CARRIERS_HERE.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const { machine } = await openTestMachine(carrier);
    for (const name of FUNCTION_NAMES) {
      let worst = NOTHING_YET;
      for (let block = 0; block < 2 ** 32; block += size) {
        for (let n = 0; n < size; n++) bits[n] = block + n;
        worst = worstOf(name, x, mathOn(machine, name, x), worst);
      }
      console.log(`${carrier.name} ${name}: ${worst.ulps.toFixed(3)} ulp at ${worst.at}, of ${worst.count}`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await sweep(process.argv.slice(2));
