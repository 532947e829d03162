// Initial values of parameters, each a pure function of (seed, index of the parameter).
import { Rng } from '../../util/rng.ts';
import { elementCount, type Initialiser, type ParameterSpec } from './parameterPlan.ts';

/** Values of one parameter as training starts with them. `index` is its place in the plan. */
export function initialValues(spec: ParameterSpec, seed: number, index: number): Float32Array {
  const values = new Float32Array(elementCount(spec.shape));
  fill(values, spec.init, new Rng(seed, 'init', 0, index));
  values.fill(0, 0, spec.fixedCount);
  if (spec.added) for (let at = spec.added.from; at < spec.added.to; at++) values[at] += spec.added.value;
  return values;
}

function fill(values: Float32Array, init: Initialiser, rng: Rng): void {
  if ('uniform' in init) {
    for (let at = 0; at < values.length; at++) values[at] = (2 * rng.nextFloat() - 1) * init.uniform;
  } else {
    for (let at = 0; at < values.length; at++) values[at] = nextNormal(rng) * init.normal;
  }
}

/** One draw from N(0, 1): Box and Muller (1958), of whose pair the first is used. */
function nextNormal(rng: Rng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.nextFloat()));
  return radius * Math.cos(2 * Math.PI * rng.nextFloat());
}
