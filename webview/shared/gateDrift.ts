// How far gates and states of the probes went while a run trained.
import { html, type TemplateResult } from 'lit';
import type { GateDrift } from '../../extension/schema/run.ts';
import { formatCount, formatNumber } from './format.ts';
import { styled } from './styled.ts';

/** A row a layer, a column a signal. */
export function renderDrift({ from, to, probes, layers }: GateDrift): TemplateResult {
  const signals = Object.keys(layers[0]);
  const largest = Math.max(...layers.flatMap((layer) => signals.map((name) => layer[name])));
  return html`<div class="section-head">
      <h3>Gates on the probes</h3>
      <span class="muted">mean absolute change, epoch ${from} to ${to}, over ${formatCount(probes, 'text')}</span>
    </div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="Change of gates on the probes">
      <table class="groups drift" aria-label="Change of gates on the probes">
        <thead>
          <tr><th scope="col">Layer</th>${signals.map((name) => html`<th scope="col" class="numeric">${signalTitle(name)}</th>`)}</tr>
        </thead>
        <tbody>
          ${layers.map(
            (layer, at) => html`<tr>
              <th scope="row">encoder.${at}</th>
              ${signals.map((name) => html`<td class="numeric">${renderDriftCell(layer[name], largest)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function renderDriftCell(value: number, largest: number): TemplateResult {
  const width = largest > 0 ? (100 * value) / largest : 0;
  return html`${formatNumber(value)}
    <span class="moved-track" aria-hidden="true"><span class="moved-bar" ${styled({ 'inline-size': `${width.toFixed(1)}%` })}></span></span>`;
}

const signalTitle = (name: string): string => (name === 'tanhC' ? 'tanh c' : name);
