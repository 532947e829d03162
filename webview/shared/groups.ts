// The groups of a model: what is frozen, what is trained at which rate, and how far each went.
import { html, nothing, type TemplateResult } from 'lit';
import type { Evaluation, GroupState, ParameterMovement } from '../../extension/schema/run.ts';
import { groupThousands } from './format.ts';
import { renderDrift } from './gateDrift.ts';
import { icon } from './icons.ts';
import { styled } from './styled.ts';

/** Nothing where a run does not say its groups. The evaluation, with how far they moved, is known once it has ended. */
export function renderGroups(
  groups: readonly GroupState[] | undefined,
  { movement, drift }: Partial<Evaluation> = {},
): TemplateResult | typeof nothing {
  if (!groups || groups.length === 0) return nothing;
  const shares = groups.map(({ name }) => movedShare(movement, name));
  const largest = Math.max(...shares.map((share) => share ?? 0));
  return html`<section aria-label="Parameters">
    <div class="section-head"><h2>Parameters</h2><span class="muted">${totalText(groups)}</span></div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="Groups of parameters">
      <table class="groups" aria-label="Groups of parameters">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" class="numeric">Trained</th>
            <th scope="col" class="numeric">Learning rate</th>
            ${
              movement
                ? html`<th scope="col" title="Length of the change, relative to the length at the start">Moved</th>`
                : nothing
            }
          </tr>
        </thead>
        <tbody>
          ${groups.map((group, at) => renderGroup(group, shares[at], largest))}
        </tbody>
      </table>
    </div>
    ${drift ? renderDrift(drift) : nothing}
  </section>`;
}

function renderGroup(group: GroupState, share: number | undefined, largest: number): TemplateResult {
  const { name, parameters, frozen, trainable, count, learningRate } = group;
  const isFrozen = trainable === 0;
  return html`<tr>
    <th scope="row">
      <details>
        <summary>${icon(isFrozen ? 'lock' : 'unlock')} ${name}${isFrozen ? html` <span class="muted">frozen</span>` : nothing}</summary>
        <ul class="group-names">
          ${parameters.map((own) => html`<li>${own}${!isFrozen && frozen.includes(own) ? ' (frozen)' : nothing}</li>`)}
        </ul>
      </details>
    </th>
    <td class="numeric">${trainable === count ? groupThousands(count) : `${groupThousands(trainable)} of ${groupThousands(count)}`}</td>
    <td class="numeric">${isFrozen ? '–' : String(Number(learningRate.toPrecision(3)))}</td>
    ${share === undefined ? nothing : html`<td>${renderMoved(share, largest)}</td>`}
  </tr>`;
}

function renderMoved(share: number, largest: number): TemplateResult {
  const width = largest > 0 ? (100 * share) / largest : 0;
  return html`<div class="moved">
    <span class="moved-track" aria-hidden="true"><span class="moved-bar" ${styled({ 'inline-size': `${width.toFixed(1)}%` })}></span></span>
    <span>${movedText(share)}</span>
  </div>`;
}

/** `0 %` only where no bit changed. */
export function movedText(share: number): string {
  if (share === 0) return '0 %';
  return Number.isFinite(share) ? `${Number((100 * share).toPrecision(3))} %` : 'from zero';
}

/** Length of a group's change over its length at the start. */
export function movedShare(movement: readonly ParameterMovement[] | undefined, group: string): number | undefined {
  const own = movement?.filter((one) => one.group === group) ?? [];
  if (own.length === 0) return undefined;
  const length = (of: 'norm' | 'distance'): number => Math.sqrt(own.reduce((sum, one) => sum + one[of] ** 2, 0));
  const distance = length('distance');
  return distance === 0 ? 0 : distance / length('norm');
}

function totalText(groups: readonly GroupState[]): string {
  const sum = (of: 'count' | 'trainable'): number => groups.reduce((total, group) => total + group[of], 0);
  const [all, trained] = [sum('count'), sum('trainable')];
  return trained === all
    ? `all ${groupThousands(all)} trained`
    : `${groupThousands(trained)} of ${groupThousands(all)} trained`;
}
