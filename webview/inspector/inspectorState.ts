// What the inspector remembers over a reload: what is looked at, and how. Pure; what was saved is parsed, never trusted.
import type { InspectorFocus } from '../../extension/protocol/inspectorContract.ts';
import { CELL_SIGNALS, type Direction, type SignalName } from '../../extension/protocol/trace.ts';

/** Rows as the engine counts them, by likeness, by how saturated they are, by when they peak, or with the pinned ones first. */
export const ROW_ORDERS = ['index', 'similarity', 'saturation', 'peak', 'pinned'] as const;
export type RowOrder = (typeof ROW_ORDERS)[number];

/** One unit of one direction of one layer. */
export interface UnitPlace {
  layer: number;
  direction: Direction;
  unit: number;
}

/** A unit of the shown layer and direction at one token: what the equation is about. */
export interface TracePlace {
  unit: number;
  token: number;
}

export interface InspectorState {
  /** When it was saved, by the clock: of two copies the later one counts. */
  savedAt?: number;
  /** Absent: the newest run. */
  runId?: string;
  /** 0: before training. Absent: the best. */
  epoch?: number;
  /** Absent: the run's first probe. */
  text?: string;
  /** One signal, or all of the cell's as small multiples. A signal that the run's cell does not have counts as h. */
  signal: SignalName | 'all';
  layer: number;
  direction: Direction;
  order: RowOrder;
  /** Whether the gradient through time stands above the tokens. */
  isGradientOn: boolean;
  /** 1: everything in view. */
  zoom: number;
  /** The cell that was chosen by click or key. */
  place?: TracePlace;
  pinned: UnitPlace[];
  /** The further view that is open, by its name. */
  view: string;
  /** What the further views keep, by their name; each parses its own. */
  views: Record<string, unknown>;
}

const MAX_PINNED = 10;
const MAX_TEXT = 100_000;
const MAX_INDEX = 1 << 20;
const SIGNAL_NAMES = new Set<string>(Object.values(CELL_SIGNALS).flat());

export function parseInspectorState(saved: unknown): InspectorState {
  const record = asRecord(saved);
  const { runId, epoch, text, signal, layer, direction, order, zoom, place, pinned, view, views } = record;
  const { unit, token } = asRecord(place);
  return {
    savedAt: typeof record.savedAt === 'number' ? record.savedAt : undefined,
    runId: typeof runId === 'string' ? runId : undefined,
    epoch: isIndex(epoch) ? epoch : undefined,
    text: typeof text === 'string' ? text.slice(0, MAX_TEXT) : undefined,
    signal: isSignalChoice(signal) ? signal : 'h',
    layer: isIndex(layer) ? layer : 0,
    direction: direction === 1 ? 1 : 0,
    order: ROW_ORDERS.find((known) => known === order) ?? 'index',
    isGradientOn: record.isGradientOn === true,
    zoom: typeof zoom === 'number' && zoom >= 1 && zoom <= 1000 ? zoom : 1,
    place: isIndex(unit) && isIndex(token) ? { unit, token } : undefined,
    pinned: Array.isArray(pinned) ? pinned.filter(isUnitPlace).slice(0, MAX_PINNED) : [],
    view: typeof view === 'string' ? view : '',
    views: asRecord(views),
  };
}

/** The later of the page's own state and what the host kept of it, which is JSON. */
export function laterState(own: InspectorState, kept: string | undefined): InspectorState {
  const other = parseInspectorState(parseJson(kept));
  return (other.savedAt ?? 0) > (own.savedAt ?? 0) ? other : own;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

export const isSameUnit = (a: UnitPlace, b: UnitPlace): boolean =>
  a.layer === b.layer && a.direction === b.direction && a.unit === b.unit;

/** Without the unit where it is pinned, else with it; the oldest pin goes where there are too many. */
export function withToggled(pinned: readonly UnitPlace[], place: UnitPlace): UnitPlace[] {
  const others = pinned.filter((other) => !isSameUnit(other, place));
  return others.length < pinned.length ? others : [...others, place].slice(-MAX_PINNED);
}

/** What a focus says, over what the page remembers. A cell that was chosen in another text means nothing in this one. */
export function stateOfFocus({ runId, text, epoch }: InspectorFocus): Partial<InspectorState> {
  return {
    ...(runId === undefined ? {} : { runId, epoch, layer: 0, place: undefined }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(text === undefined ? {} : { text, place: undefined }),
  };
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const isIndex = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < MAX_INDEX;
const isSignalChoice = (value: unknown): value is SignalName | 'all' =>
  value === 'all' || (typeof value === 'string' && SIGNAL_NAMES.has(value));

function isUnitPlace(value: unknown): value is UnitPlace {
  const { layer, direction, unit } = asRecord(value);
  return isIndex(layer) && isIndex(unit) && (direction === 0 || direction === 1);
}
