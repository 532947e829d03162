// What is wrong with a dataset, or worth knowing: how many rows, a click shows them, a button leaves them out or takes them back.
import { html, nothing, type TemplateResult } from 'lit';
import type { DatasetFinding, Remedy } from '../../extension/protocol/datasetReport.ts';
import type { OpenedTable } from '../../extension/protocol/datasetTable.ts';
import { formatCount } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { findingName, hasRows } from './names.ts';

export interface FindingActions {
  /** Undefined shows all rows again. */
  show(finding: DatasetFinding | undefined): void;
  leaveOut(remedy: Remedy): void;
  putBack(reason: string): void;
}

export interface FindingsView {
  findings: readonly DatasetFinding[];
  leftOut: OpenedTable['leftOut'];
  /** Whether the rows of a finding are those that are shown. */
  isShown(finding: DatasetFinding): boolean;
  /** Whether a remedy is at work. */
  isChanging: boolean;
  /** Whether there is nothing in which anything could be found. */
  isEmpty: boolean;
}

export function renderFindings(view: FindingsView, actions: FindingActions): TemplateResult {
  const { findings, leftOut } = view;
  if (findings.length === 0 && leftOut.length === 0) {
    const words = view.isEmpty
      ? 'There are no rows to look at.'
      : 'Nothing was found: no copies, no conflicts, no leaks, no unusable rows.';
    return html`<p class="muted">${words}</p>`;
  }
  return html`<ul class="findings" tabindex="0" aria-label="Findings">
    ${findings.map((finding) => renderFinding(finding, view, actions))}
    ${leftOut.map((entry) => renderLeftOut(entry, view, actions))}
  </ul>`;
}

function renderFinding(finding: DatasetFinding, view: FindingsView, actions: FindingActions): TemplateResult {
  const { code, severity, message, remedy, fix, count } = finding;
  const isShown = view.isShown(finding);
  return html`<li class="finding tone-${severity}" data-code=${code}>
    ${icon(severity)}
    <div class="finding-text">
      <p>${message}</p>
      <p class="muted">${remedy}</p>
    </div>
    <div class="finding-actions">
      ${hasRows(code) && count > 0 ? toggle(isShown, findingName(code), () => actions.show(isShown ? undefined : finding)) : nothing}
      ${fix ? action('Leave Out', `Leave out: ${findingName(code)}`, view.isChanging, () => actions.leaveOut(fix)) : nothing}
    </div>
  </li>`;
}

function renderLeftOut(
  { reason, rows }: OpenedTable['leftOut'][number],
  { isChanging }: FindingsView,
  { putBack }: FindingActions,
): TemplateResult {
  return html`<li class="finding" data-left-out=${reason}>
    ${icon('exclude')}
    <div class="finding-text">
      <p>${formatCount(rows, 'row')} left out by the manifest: ${findingName(reason)}.</p>
    </div>
    <div class="finding-actions">
      ${action('Put Back', `Put back: ${findingName(reason)}`, isChanging, () => putBack(reason))}
    </div>
  </li>`;
}

function toggle(isPressed: boolean, what: string, onClick: () => void): TemplateResult {
  return html`<button type="button" class="button" aria-pressed=${isPressed} aria-label="Show rows: ${what}" @click=${onClick}>
    Show Rows
  </button>`;
}

function action(text: string, label: string, isDisabled: boolean, onClick: () => void): TemplateResult {
  return html`<button type="button" class="button" aria-label=${label} ?disabled=${isDisabled} @click=${onClick}>${text}</button>`;
}
