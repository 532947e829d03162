// The tools above the heatmap: which signal, layer and direction, the order of the rows, zoom, and files to take away.
import { html, nothing, type TemplateResult } from 'lit';
import type { Direction, SignalName, Trace, TraceFormat } from '../../extension/protocol/trace.ts';
import { iconButton } from '../shared/icons.ts';
import { closeMenu, closeOnEscape, closeWhenLeft } from '../shared/menu.ts';
import type { PictureFormat } from './exportPicture.ts';
import { ROW_ORDERS, type RowOrder } from './inspectorState.ts';
import type { InspectorStore } from './inspectorStore.ts';
import { ROW_ORDER_HINTS, ROW_ORDER_TITLES } from './rowOrders.ts';
import { SIGNAL_FACTS } from './signals.ts';
import { signalSymbol } from './symbols.ts';
import { check } from './views/controls.ts';

export interface ToolActions {
  /** Larger or smaller by a factor; 0: everything in view. */
  zoom(factor: number): void;
  picture(format: PictureFormat): void;
  trace(format: TraceFormat): void;
}

const ZOOM_STEP = 1.5;
const DIRECTIONS = [
  { value: 0, label: '→ forward' },
  { value: 1, label: '← backward' },
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
  const option = (value: SignalName | 'all', title: string, label: TemplateResult | string) =>
    html`<label class=${value === chosen ? 'is-on' : ''} title=${title}
      ><input type="radio" name="gs-signal" aria-label=${title} .checked=${value === chosen} @change=${() => onChoose(value)} />${label}</label
    >`;
  return html`<fieldset class="segmented">
    <legend class="visually-hidden">Signal</legend>
    ${signals.map(({ name }) => option(name, SIGNAL_FACTS[name].title, signalSymbol(name)))}
    ${signals.length > 1 ? option('all', 'all signals', 'All') : nothing}
  </fieldset>`;
}

function renderLayers(store: InspectorStore, count: number): TemplateResult {
  const options = Array.from({ length: count }, (_, layer) => ({ value: layer, label: String(layer) }));
  return html`<div class="field" role="presentation">
    <span aria-hidden="true">Layer</span>
    ${segmented('Layer', { options, chosen: store.layer }, (layer) => store.change({ layer, place: undefined }))}
  </div>`;
}

export function renderDirections(chosen: Direction, onChoose: (direction: Direction) => void): TemplateResult {
  return segmented('Direction', { options: DIRECTIONS, chosen }, onChoose);
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

function segmented<T extends number>(
  title: string,
  { options, chosen }: { options: readonly { value: T; label: string }[]; chosen: number },
  onChoose: (value: T) => void,
): TemplateResult {
  return html`<fieldset class="segmented">
      <legend class="visually-hidden">${title}</legend>
      ${options.map(
        ({ value, label }) => html`<label class=${value === chosen ? 'is-on' : ''}
          ><input
            type="radio"
            name="gs-${title}"
            .checked=${value === chosen}
            @change=${() => onChoose(value)}
          />${label}</label
        >`,
      )}
    </fieldset>`;
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
