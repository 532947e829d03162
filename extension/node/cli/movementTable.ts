// How far parameters went, as a table: relative to their size at the start.
import type { ParameterMovement } from '../../schema/run.ts';
import { table } from './format.ts';

export function movementTable(movement: readonly ParameterMovement[]): string {
  const rows = movement.map(({ name, norm, distance }) => [
    name,
    norm.toPrecision(4),
    distance === 0 ? '0' : distance.toPrecision(4),
    relativeText({ norm, distance }),
  ]);
  return table(['parameter', 'size at start', 'moved', 'relative'], rows);
}

/** `0 %` only where no bit changed. */
export function relativeText({ norm, distance }: Pick<ParameterMovement, 'norm' | 'distance'>): string {
  if (distance === 0) return '0 %';
  return norm === 0 ? 'from zero' : `${((100 * distance) / norm).toPrecision(3)} %`;
}
