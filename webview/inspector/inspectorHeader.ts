// The head of the inspector: which run, and whose weights of it.
import { html, type TemplateResult } from 'lit';
import { formatCount } from '../shared/format.ts';
import type { InspectorStore } from './inspectorStore.ts';

const BEST = 'best';

export function renderHeader(store: InspectorStore, openDashboard: () => void): TemplateResult {
  const { run, runs } = store;
  return html`<header class="inspector-header">
    <h1 class="visually-hidden">Gates of ${run?.name}</h1>
    <label class="field"
      ><span class="visually-hidden">Run</span
      ><select class="run-choice" @change=${(event: Event) => store.showRun((event.target as HTMLSelectElement).value)}>
        ${runs.map(({ id, name }) => html`<option value=${id} .selected=${id === run?.id}>${name}</option>`)}
      </select></label
    >
    ${renderWeights(store)}
    <span class="muted">${describeNetwork(store)}</span>
    <span class="spacer"></span>
    <button type="button" class="text-button" @click=${openDashboard}>Dashboard</button>
  </header>`;
}

/** Epochs whose weights are there, and those at which the shown text was stored as a probe. */
function renderWeights(store: InspectorStore): TemplateResult {
  const { sources, state } = store;
  const stored = sources?.probes.find(({ text }) => text === store.text)?.epochs ?? [];
  const epochs = [...new Set([...(sources?.epochs ?? []), ...stored])].sort((a, b) => a - b);
  const choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    store.change({ epoch: value === BEST ? undefined : Number(value) });
  };
  const best = sources?.best === undefined ? 'best' : `best, epoch ${sources.best}`;
  return html`<label class="field"
    >Weights<select @change=${choose}>
      <option value=${BEST} .selected=${state.epoch === undefined}>${best}</option>
      ${epochs.map(
        (epoch) =>
          html`<option value=${epoch} .selected=${epoch === state.epoch}>${epoch === 0 ? 'before training' : `epoch ${epoch}`}</option>`,
      )}
    </select></label
  >`;
}

function describeNetwork({ trace }: InspectorStore): string {
  if (!trace) return '';
  const { cell, layerCount, directionCount, hiddenSize } = trace;
  const both = directionCount === 2 ? 'both directions' : 'one direction';
  return `${cell.toUpperCase()}, ${formatCount(layerCount, 'layer')}, ${both}, ${hiddenSize} units`;
}
