// How far parameters went from where they started.
import type { ParameterMovement } from '../../schema/run.ts';
import type { NamedTensor } from '../types.ts';

/** One entry a parameter, in order. `start` and `end` have the same names and shapes. */
export function measureMovement(
  start: readonly NamedTensor[],
  end: readonly NamedTensor[],
  groupOf: (name: string) => string,
): ParameterMovement[] {
  return end.map(({ name, data }, n) => {
    const from = start[n].data;
    let [norm, distance] = [0, 0];
    for (let at = 0; at < data.length; at++) {
      norm += from[at] * from[at];
      distance += (data[at] - from[at]) ** 2;
    }
    return { name, group: groupOf(name), norm: Math.sqrt(norm), distance: Math.sqrt(distance) };
  });
}
