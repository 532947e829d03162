// Texts that a language model wrote after each epoch, the latest first.
import { html, nothing, type TemplateResult } from 'lit';
import type { RunSample } from '../../extension/protocol/metricFrame.ts';

const SHOWN = 3;

/** A section of its own; nothing where nothing was written. */
export function renderSamples(samples: readonly RunSample[]): TemplateResult | typeof nothing {
  if (samples.length === 0) return nothing;
  const latestFirst = [...samples].reverse();
  const earlier = latestFirst.slice(SHOWN);
  return html`<section aria-label="Samples">
    <div class="section-head">
      <h2>Samples</h2>
      <span class="muted">what it wrote after each epoch, the latest first</span>
    </div>
    ${renderList(latestFirst.slice(0, SHOWN))}
    ${earlier.length > 0 ? html`<details><summary>Earlier epochs</summary>${renderList(earlier)}</details>` : nothing}
  </section>`;
}

function renderList(samples: readonly RunSample[]): TemplateResult {
  return html`<ol class="samples">
    ${samples.map(({ epoch, text }) => html`<li><span class="muted">Epoch ${epoch}</span><pre class="written">${text.trim()}</pre></li>`)}
  </ol>`;
}
