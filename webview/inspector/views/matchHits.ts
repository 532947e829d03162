// Places in the data where similar units are on, best first, with their context. <gs-match-hits>
// Tells `opendata` with { path, line } when the place of a hit is pressed.
import { html, type TemplateResult } from 'lit';
import type { MatchHit, MatchResult } from '../../../extension/protocol/traceAnalysis.ts';
import { formatCount } from '../../shared/format.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { emptyNotice } from '../../shared/notice.ts';

export class MatchHits extends LightElement {
  static override properties = { result: { attribute: false }, quote: { attribute: false } };
  declare result: MatchResult;
  /** The span that was searched for. */
  declare quote: string;

  protected override render(): TemplateResult {
    const { hits, cells, textsRead, tokensRead } = this.result;
    const read = `${formatCount(tokensRead, 'token')} of ${formatCount(textsRead, 'text')} read`;
    if (hits.length === 0) {
      return emptyNotice(
        `No place has any of the ${formatCount(cells.length, 'unit')} on; ${read}.`,
        'Lower the threshold, or search other data.',
      );
    }
    const hasLabels = hits.some(({ label }) => label !== undefined);
    return html`<p role="status">
        ${formatCount(hits.length, 'place')} like ${this.quote}, the most similar first. <span class="muted">${read}.</span>
      </p>
      <div class="table-scroll" tabindex="0" role="group" aria-label="Places found">
        <table class="matches" aria-label="Places where the same units are on">
          <thead>
            <tr>
              <th scope="col" class="numeric" title="Units on in both, of those on in either">Jaccard</th>
              <th scope="col" class="numeric" title="Units on in both, and units on there">Units</th>
              <th scope="col" class="is-context">Context</th>
              ${hasLabels ? html`<th scope="col">Label</th>` : ''}
              <th scope="col">Line</th>
            </tr>
          </thead>
          <tbody>
            ${hits.map((hit) => this.#renderHit(hit, hasLabels))}
          </tbody>
        </table>
      </div>`;
  }

  #renderHit(hit: MatchHit, hasLabels: boolean): TemplateResult {
    const { jaccard, shared, count, label, path, line } = hit;
    const file = path.replace(/^.*[/\\]/, '');
    return html`<tr>
      <td class="numeric">${jaccard.toFixed(2)}</td>
      <td class="numeric">${shared} of ${count}</td>
      <td class="match-context" dir="auto">${renderContext(hit)}</td>
      ${hasLabels ? html`<td title=${label ?? ''}>${label ?? ''}</td>` : ''}
      <td>
        <button
          type="button"
          class="text-button match-line"
          aria-label="${file}:${line}"
          title="Open ${path} at line ${line}"
          @click=${() => this.tell('opendata', { path, line })}
        >
          <span class="match-file">${file}</span><span>:${line}</span>
        </button>
      </td>
    </tr>`;
  }
}

function renderContext({ tokens, from, to }: MatchHit): TemplateResult {
  const text = (start: number, end: number): string => tokens.slice(start, end).join(' ');
  return html`<span class="muted">${text(0, from)}</span> <mark>${text(from, to + 1)}</mark> <span class="muted">${text(to + 1, tokens.length)}</span>`;
}

customElements.define('gs-match-hits', MatchHits);
