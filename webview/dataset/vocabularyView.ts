// The words of a dataset: how their number grows, how many of them training knows, the most frequent and those that occur once; scripts.
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { DatasetReport, VocabularyFacts } from '../../extension/protocol/datasetReport.ts';
import { formatCount, formatPercent, formatShort, groupThousands } from '../shared/format.ts';
import { styled } from '../shared/styled.ts';

export function renderVocabulary({ vocabulary, parts, scripts }: DatasetReport): TemplateResult {
  return html`${vocabulary && vocabulary.total > 0 ? renderWords(vocabulary) : nothing}
  ${parts.some(({ coverage }) => coverage) ? renderCoverage(parts) : nothing} ${scripts.length > 0 ? renderScripts(scripts) : nothing}`;
}

function renderWords({ size, total, growth, frequent, once }: VocabularyFacts): TemplateResult {
  return html`<div class="overview-block">
      <div class="section-head">
        <h3>Vocabulary of training</h3>
        <span class="muted">${formatCount(size, 'token')} among ${groupThousands(total)}</span>
      </div>
      ${renderGrowth(growth)}
    </div>
    <div class="overview-block">
      <div class="section-head"><h3>Most frequent</h3></div>
      <ul class="token-list">
        ${frequent.map(({ token, count }) => html`<li><span class="token"><bdi>${token}</bdi></span> <span class="muted">${formatShort(count)}</span></li>`)}
      </ul>
      <div class="section-head">
        <h3>Once</h3>
        <span class="muted">${formatCount(once.count, 'token')}, ${formatPercent(once.count / Math.max(1, size))} of the vocabulary</span>
      </div>
      <ul class="token-list">${once.examples.map((token) => html`<li><span class="token"><bdi>${token}</bdi></span></li>`)}</ul>
    </div>`;
}

/** Different tokens over tokens read. */
function renderGrowth(growth: VocabularyFacts['growth']): TemplateResult {
  const last = growth.at(-1) ?? { tokens: 1, types: 1 };
  const points = [{ tokens: 0, types: 0 }, ...growth]
    .map(({ tokens, types }) => `${(100 * tokens) / last.tokens},${100 - (100 * types) / last.types}`)
    .join(' ');
  const half = growth.find(({ tokens }) => tokens >= last.tokens / 2) ?? last;
  const late = (last.types - half.types) / Math.max(1, last.tokens - half.tokens);
  const sentence = `After ${groupThousands(half.tokens)} tokens there are ${groupThousands(half.types)} different ones, after ${groupThousands(last.tokens)} ${groupThousands(last.types)}: of the last thousand, ${Math.round(1000 * late)} are new.`;
  return html`<div class="growth" role="img" aria-label=${sentence}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        ${svg`<polyline class="growth-line" points=${points} vector-effect="non-scaling-stroke"></polyline>`}
      </svg>
    </div>
    <div class="histogram-axis muted" aria-hidden="true"><span>0</span><span>${formatShort(last.tokens)} tokens</span></div>
    <p class="muted">${sentence}</p>`;
}

function renderCoverage(parts: DatasetReport['parts']): TemplateResult {
  return html`<div class="overview-block">
    <div class="section-head"><h3>Known to training</h3></div>
    <table class="coverage">
      <thead><tr><th scope="col">Part</th><th scope="col" class="numeric">Of its tokens</th><th scope="col" class="numeric">Of its different tokens</th></tr></thead>
      <tbody>
        ${parts.flatMap(({ part, coverage }) =>
          coverage
            ? html`<tr><th scope="row">${part}</th><td class="numeric">${formatPercent(coverage.tokens)}</td><td class="numeric">${formatPercent(coverage.types)}</td></tr>`
            : [],
        )}
      </tbody>
    </table>
  </div>`;
}

function renderScripts(scripts: DatasetReport['scripts']): TemplateResult {
  return html`<div class="overview-block">
    <div class="section-head"><h3>Scripts</h3></div>
    <ul class="bars is-short">
      ${scripts.map(
        ({ script, share }) => html`<li class="bar-row">
          <span class="bar-name">${script}</span>
          <span class="bar-line" aria-hidden="true"><span class="bar-piece part-train" ${styled({ 'inline-size': `${100 * share}%` })}></span></span>
          <span class="numeric">${share < 0.0005 ? '< 0.1 %' : formatPercent(share)}</span>
        </li>`,
      )}
    </ul>
  </div>`;
}
