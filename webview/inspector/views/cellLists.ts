// Rows for the lists of cells, from what the engine counted. Pure.
import type {
  AnnotationName,
  DirectionStatistics,
  TraceStatistics,
} from '../../../extension/protocol/traceAnalysis.ts';
import { formatShort } from '../../shared/format.ts';
import type { CellRow } from './cellList.ts';
import { cellTitle } from './titles.ts';

export const CELL_KINDS = ['integrators', 'dead', 'alwaysOn'] as const;
export type CellKind = (typeof CELL_KINDS)[number];

export const directionCountOf = ({ layers }: TraceStatistics): 1 | 2 => (layers[0]?.length === 2 ? 2 : 1);

function toRow(part: DirectionStatistics, unit: number, directionCount: 1 | 2): Pick<CellRow, 'place' | 'title'> {
  const { layer, direction } = part;
  const place = { layer, direction, unit };
  return { place, title: cellTitle(place, directionCount) };
}

/** Cells of one kind, with the half-life where there is one. */
export function rowsOfKind(statistics: TraceStatistics, kind: CellKind): CellRow[] {
  const directionCount = directionCountOf(statistics);
  return statistics.layers.flat().flatMap((part) =>
    Array.from(part[kind], (unit) => ({
      ...toRow(part, unit, directionCount),
      text: part.halfLife ? formatHalfLife(part.halfLife[unit]) : '',
    })),
  );
}

/** Cells of one bar of a histogram. */
export function rowsOfUnits(part: DirectionStatistics, units: readonly number[], directionCount: 1 | 2): CellRow[] {
  const { halfLife } = part;
  return units
    .map((unit) => ({ ...toRow(part, unit, directionCount), text: halfLife ? formatHalfLife(halfLife[unit]) : '' }))
    .sort((a, b) => (halfLife ? halfLife[b.place.unit] - halfLife[a.place.unit] || 0 : 0));
}

export const formatHalfLife = (halfLife: number): string =>
  halfLife === Number.POSITIVE_INFINITY ? '∞' : formatShort(Number(halfLife.toPrecision(3)));

/** All cells by the size of their correlation with one annotation, strongest first; those without a number are left out. */
export function rowsByCorrelation(statistics: TraceStatistics, annotation: number): CellRow[] {
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
