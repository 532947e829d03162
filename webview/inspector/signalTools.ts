// The tools above the heatmap: which signal, layer and direction, the order of the rows, zoom, and files to take away.
import { html, nothing, type TemplateResult } from 'lit';
import type { Direction, SignalName, Trace, TraceFormat } from '../../extension/protocol/trace.ts';
import { iconButton } from '../shared/icons.ts';
import { closeMenu, closeOnEscape, closeWhenLeft } from '../shared/menu.ts';
import { check, segmented } from './controls.ts';
import type { PictureFormat } from './exportPicture.ts';
import { ROW_ORDERS, type RowOrder } from './inspectorState.ts';
import type { InspectorStore } from './inspectorStore.ts';
import { ROW_ORDER_HINTS, ROW_ORDER_TITLES } from './rowOrders.ts';
import { SIGNAL_FACTS } from './signals.ts';
import { signalSymbol } from './symbols.ts';

export interface ToolActions {
  /** Larger or smaller by a factor; 0: everything in view. */
  zoom(factor: number): void;
  picture(format: PictureFormat): void;
  trace(format: TraceFormat): void;
}

const ZOOM_STEP = 1.5;
const DIRECTIONS = [
  { value: 0, title: '→ forward' },
  { value: 1, title: '← backward' },
] as const;

export function renderTools(store: InspectorStore, actions: ToolActions): TemplateResult {
  const { trace, state } = store;
  if (!trace) return html``;
  const shown = state.signal === 'all' ? 'all' : store.shownSignals[0];
  return html`<div class="tools inspector-tools" role="group" aria-label="What is shown">
    ${renderSignals(trace, shown, (signal) => store.change({ signal }))}
    ${trace.layerCount > 1 ? renderLayers(store, trace.layerCount) : nothing}
    ${trace.directionCount > 1 ? renderDirections(store.direction, (direction) => store.change({ direction })) : nothing}
    ${renderOrders(ROW_ORDERS, state.order, (order) => store.change({ order }))}
    ${renderZoom(state.zoom, actions)}
    ${
      store.question?.method === 'trace'
        ? check('Gradient', state.isGradientOn, (isGradientOn) => store.change({ isGradientOn }))
        : nothing
    }
    ${renderExport(actions)}
  </div>`;
}

/** One signal, or all of those that the trace has. */
export function renderSignals(
  { signals }: Trace,
  chosen: SignalName | 'all',
  onChoose: (signal: SignalName | 'all') => void,
): TemplateResult {
  const named = signals.map(({ name }) => ({ value: name, title: SIGNAL_FACTS[name].title, sign: signalSymbol(name) }));
  const all = { value: 'all' as const, title: 'all signals', sign: html`All` };
  return segmented<SignalName | 'all'>({
    label: 'Signal',
    name: 'gs-signal',
    options: signals.length > 1 ? [...named, all] : named,
    value: chosen,
    onChange: onChoose,
  });
}

function renderLayers(store: InspectorStore, count: number): TemplateResult {
  const options = Array.from({ length: count }, (_, layer) => ({ value: layer, title: String(layer) }));
  return html`<div class="field" role="presentation">
    <span aria-hidden="true">Layer</span>
    ${segmented({
      label: 'Layer',
      name: 'gs-layer',
      options,
      value: store.layer,
      onChange: (layer) => store.change({ layer, place: undefined }),
    })}
  </div>`;
}

export function renderDirections(chosen: Direction, onChoose: (direction: Direction) => void): TemplateResult {
  return segmented({
    label: 'Direction',
    name: 'gs-direction',
    options: DIRECTIONS,
    value: chosen,
    onChange: onChoose,
  });
}

export function renderOrders(
  orders: readonly RowOrder[],
  chosen: RowOrder,
  onChoose: (order: RowOrder) => void,
): TemplateResult {
  return html`<label class="field"
    >Order<select
      title=${ROW_ORDER_HINTS[chosen]}
      @change=${(event: Event) => onChoose((event.target as HTMLSelectElement).value as RowOrder)}
    >
      ${orders.map((order) => html`<option value=${order} .selected=${order === chosen}>${ROW_ORDER_TITLES[order]}</option>`)}
    </select></label
  >`;
}

function renderZoom(zoom: number, actions: ToolActions): TemplateResult {
  const press = (label: string, name: string, factor: number) =>
    iconButton({ label, icon: name, isDisabled: zoom <= 1 && factor < 1, onClick: () => actions.zoom(factor) });
  return html`<div class="field" role="group" aria-label="Zoom">
    ${press('Zoom out (−)', 'zoom-out', 1 / ZOOM_STEP)} ${press('Zoom in (+)', 'zoom-in', ZOOM_STEP)}
    ${press('Show everything (0)', 'screen-normal', 0)}
  </div>`;
}

function renderExport({ picture, trace }: ToolActions): TemplateResult {
  const item = (label: string, onClick: () => void) =>
    html`<button
      type="button"
      class="text-button"
      @click=${(event: Event) => {
        closeMenu(event);
        onClick();
      }}
    >
      ${label}
    </button>`;
  return html`<details class="menu menu-end" @keydown=${closeOnEscape} @focusout=${closeWhenLeft}>
    <summary>Export</summary>
    <div class="menu-body">
      <span class="muted">This heatmap</span>
      ${item('PNG picture', () => picture('png'))} ${item('SVG picture', () => picture('svg'))}
      ${item('CSV table', () => picture('csv'))}
      <span class="muted">All signals of all layers</span>
      ${item('safetensors', () => trace('safetensors'))} ${item('NumPy .npz', () => trace('npz'))}
      ${item('CSV, a line a number', () => trace('csv'))}
    </div>
  </details>`;
}
