// Rows for the lists of units, from what the engine counted. Pure.
import type {
  AnnotationName,
  DirectionStatistics,
  TraceStatistics,
} from '../../../extension/protocol/traceAnalysis.ts';
import { formatShort } from '../../shared/format.ts';
import { unitTitle } from './titles.ts';
import type { UnitRow } from './unitList.ts';

export const UNIT_KINDS = ['integrators', 'dead', 'alwaysOn'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

export const directionCountOf = ({ layers }: TraceStatistics): 1 | 2 => (layers[0]?.length === 2 ? 2 : 1);

function toRow(part: DirectionStatistics, unit: number, directionCount: 1 | 2): Pick<UnitRow, 'place' | 'title'> {
  const { layer, direction } = part;
  const place = { layer, direction, unit };
  return { place, title: unitTitle(place, directionCount) };
}

/** Units of one kind, with the half-life where there is one. */
export function rowsOfKind(statistics: TraceStatistics, kind: UnitKind): UnitRow[] {
  const directionCount = directionCountOf(statistics);
  return statistics.layers.flat().flatMap((part) =>
    Array.from(part[kind], (unit) => ({
      ...toRow(part, unit, directionCount),
      text: part.halfLife ? formatHalfLife(part.halfLife[unit]) : '',
    })),
  );
}

/** Units of one bar of a histogram. */
export function rowsOfUnits(part: DirectionStatistics, units: readonly number[], directionCount: 1 | 2): UnitRow[] {
  const { halfLife } = part;
  return units
    .map((unit) => ({ ...toRow(part, unit, directionCount), text: halfLife ? formatHalfLife(halfLife[unit]) : '' }))
    .sort((a, b) => (halfLife ? halfLife[b.place.unit] - halfLife[a.place.unit] || 0 : 0));
}

export const formatHalfLife = (halfLife: number): string =>
  halfLife === Number.POSITIVE_INFINITY ? '∞' : formatShort(Number(halfLife.toPrecision(3)));

/** All units by the size of their correlation with one annotation, strongest first; those without a number are left out. */
export function rowsByCorrelation(statistics: TraceStatistics, annotation: number): UnitRow[] {
  const directionCount = directionCountOf(statistics);
  const rows = statistics.layers
    .flat()
    .flatMap((part) =>
      Array.from(part.correlations[annotation] ?? [], (r, unit) => ({ r, unit, part })).filter(
        ({ r }) => !Number.isNaN(r),
      ),
    );
  rows.sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
  return rows.map(({ r, unit, part }) => ({
    ...toRow(part, unit, directionCount),
    text: `${r < 0 ? '−' : ''}${Math.abs(r).toFixed(2)}`,
    share: r,
  }));
}

const TITLES: Readonly<Record<AnnotationName['kind'], string>> = {
  position: 'position in the text',
  bracketDepth: 'depth in brackets',
  insideQuotes: 'inside quotes',
  tokenLength: 'length of the token',
  class: 'class',
};

export const annotationTitle = ({ kind, label }: AnnotationName): string =>
  label === undefined ? TITLES[kind] : `${TITLES[kind]} ${label}`;
