// What is in a dataset, as the report tells it.
import { html, type TemplateResult } from 'lit';
import type { ConfigUse } from '../../extension/protocol/datasetContract.ts';
import type { DatasetReport } from '../../extension/protocol/datasetReport.ts';
import type { RowFilter } from '../../extension/protocol/datasetTable.ts';
import './labelBars.ts';
import './lengthHistogram.ts';
import './overview.css';
import { renderVocabulary } from './vocabularyView.ts';

export interface OverviewView {
  report: DatasetReport;
  /** Configs that train on this dataset. */
  configs: readonly ConfigUse[];
  filter: RowFilter;
}

export function renderOverview(
  { report, configs, filter }: OverviewView,
  change: (changes: Partial<RowFilter>) => void,
): TemplateResult {
  return html`<div class="overview">
    <gs-label-bars
      class="overview-block"
      .parts=${report.parts}
      .chosen=${filter.label}
      @label=${(event: CustomEvent<string | null>) => change({ label: event.detail ?? undefined })}
    ></gs-label-bars>
    <gs-length-histogram
      class="overview-block"
      .parts=${report.parts}
      .configs=${configs}
      @lengths=${(event: CustomEvent<Partial<RowFilter>>) => change(event.detail)}
    ></gs-length-histogram>
    ${renderVocabulary(report)}
  </div>`;
}
