// All runs: sort, filter, choose what is plotted, rename, open, delete. <gs-run-table>
// Invariant: only rows in view are in the document; one row at most takes the focus by Tab, arrow keys move it.
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RunSummary } from '../../extension/protocol/dashboardContract.ts';
import { hasWeights } from '../../extension/protocol/runWeights.ts';
import { formatHeadline } from '../../extension/protocol/scores.ts';
import { formatCount, formatDateTime, formatDuration, formatLoss } from '../shared/format.ts';
import { icon, iconButton } from '../shared/icons.ts';
import { LightElement } from '../shared/lightElement.ts';
import { emptyNotice } from '../shared/notice.ts';
import { STATUS_TEXTS } from '../shared/runStatus.ts';
import { styled } from '../shared/styled.ts';
import { rowWindow, type Scroll, scrollToRow } from '../shared/windowing.ts';
import type { DashboardState, RunSortKey } from './dashboardState.ts';
import { arrangeRuns } from './runSort.ts';

const ROW_HEIGHT = 26;
const BODY_HEIGHT = 312;

export interface RunTableActions {
  focus(runId: string): void;
  togglePlotted(runId: string): void;
  rename(runId: string, name: string): void;
  remove(runId: string): void;
  inspect(runId: string): void;
  openConfig(runId: string): void;
  revealFolder(runId: string): void;
  change(part: Partial<Pick<DashboardState, 'sort' | 'filter'>>): void;
}

interface Column {
  key: RunSortKey;
  title: string;
  isNumeric: boolean;
  text(run: RunSummary): string;
}

const COLUMNS: readonly Column[] = [
  { key: 'epochs', title: 'Epochs', isNumeric: true, text: ({ epochs }) => `${epochs.done} / ${epochs.planned}` },
  { key: 'validation', title: 'Validation', isNumeric: true, text: ({ task, best }) => formatHeadline(task, best) },
  { key: 'test', title: 'Test', isNumeric: true, text: ({ task, test }) => formatHeadline(task, test) },
  { key: 'loss', title: 'Loss', isNumeric: true, text: ({ best }) => formatLoss(best?.loss) },
  { key: 'duration', title: 'Time', isNumeric: true, text: ({ durationS }) => formatDuration(durationS) },
  { key: 'started', title: 'Started', isNumeric: false, text: ({ startedAt }) => formatDateTime(startedAt) },
];

export class RunTable extends LightElement {
  static override properties = {
    runs: { attribute: false },
    view: { attribute: false },
    plotted: { attribute: false },
    focused: { attribute: false },
    colors: { attribute: false },
    renaming: { state: true },
    active: { state: true },
    scrolled: { state: true },
  };
  declare runs: readonly RunSummary[];
  declare view: Pick<DashboardState, 'sort' | 'filter'>;
  declare plotted: readonly string[];
  declare focused: string | undefined;
  /** CSS colour of a plotted run. */
  declare colors: (runId: string) => string;
  declare actions: RunTableActions;
  declare renaming: string | undefined;
  /** The row that Tab goes to. */
  declare active: string | undefined;
  declare scrolled: Scroll;
  #arranged: RunSummary[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.scrolled = { top: 0, height: BODY_HEIGHT };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('runs') || changed.has('view')) this.#arranged = arrangeRuns(this.runs, this.view);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('renaming') && this.renaming) this.querySelector<HTMLInputElement>('.rename')?.select();
  }

  protected override render(): TemplateResult {
    const shown = this.#arranged.length;
    const count =
      shown === this.runs.length ? formatCount(shown, 'run') : `${shown} of ${formatCount(this.runs.length, 'run')}`;
    return html`
      <div class="section-head">
        <h2>Runs</h2>
        <span class="muted" role="status">${count}</span>
        <span class="spacer"></span>
        <input
          type="search"
          class="filter"
          placeholder="Filter runs"
          aria-label="Filter runs"
          .value=${this.view.filter}
          @input=${(event: Event) => this.actions.change({ filter: (event.target as HTMLInputElement).value })}
        />
      </div>
      ${shown === 0 ? emptyNotice('No run fits the filter.') : this.#renderTable()}
    `;
  }

  #renderTable(): TemplateResult {
    const { start, end, before, after } = rowWindow(this.#arranged.length, ROW_HEIGHT, this.scrolled);
    const spacer = (height: number) =>
      height > 0
        ? html`<tr class="row-spacer" aria-hidden="true"><td colspan="10" ${styled({ 'block-size': `${height}px` })}></td></tr>`
        : nothing;
    return html`<div class="table-scroll" @scroll=${this.#onScroll} @keydown=${this.#onKey}>
      <table class="runs" aria-label="Runs" aria-rowcount=${this.#arranged.length + 1}>
        <thead>
          <tr>
            <th scope="col" class="narrow"><span class="visually-hidden">Plotted</span></th>
            ${this.#renderHead('name', 'Name', false)} ${this.#renderHead('status', 'Status', false)}
            ${COLUMNS.map(({ key, title, isNumeric }) => this.#renderHead(key, title, isNumeric))}
            <th scope="col"><span class="visually-hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          ${spacer(before)}${this.#arranged.slice(start, end).map((run, at) => this.#renderRow(run, start + at))}${spacer(after)}
        </tbody>
      </table>
    </div>`;
  }

  #renderHead(key: RunSortKey, title: string, isNumeric: boolean): TemplateResult {
    const { sort } = this.view;
    const isSorted = sort.key === key;
    const arrow = isSorted ? icon(sort.isDescending ? 'arrow-down' : 'arrow-up') : nothing;
    return html`<th scope="col" class=${isNumeric ? 'numeric' : ''} aria-sort=${isSorted ? (sort.isDescending ? 'descending' : 'ascending') : nothing}>
      <button type="button" class="sort" @click=${() => this.actions.change({ sort: { key, isDescending: isSorted ? !sort.isDescending : isNumeric || key === 'started' } })}>${title}${arrow}</button>
    </th>`;
  }

  #renderRow(run: RunSummary, index: number): TemplateResult {
    const { id } = run;
    const isPlotted = this.plotted.includes(id);
    const { label, icon: iconName, tone } = STATUS_TEXTS[run.status];
    const isTabStop = this.#tabStop === id;
    return html`<tr
      data-run=${id}
      aria-rowindex=${index + 2}
      aria-current=${id === this.focused ? 'true' : nothing}
      tabindex=${isTabStop ? '0' : '-1'}
      @click=${() => this.actions.focus(id)}
      @focus=${() => {
        this.active = id;
      }}
    >
      <td class="narrow">
        <label class="swatch" title="Plot this run" @click=${(event: Event) => event.stopPropagation()}
          ><input
            type="checkbox"
            tabindex="-1"
            aria-label="Plot ${run.name}"
            .checked=${isPlotted}
            @change=${() => this.actions.togglePlotted(id)}
          /><span class="dot ${isPlotted ? '' : 'is-off'}" ${styled({ background: isPlotted ? this.colors(id) : 'transparent' })}></span
        ></label>
      </td>
      <th scope="row" class="name" title=${run.note ? `${run.name}\n${run.note}` : run.name}>
        ${this.renaming === id ? this.#renderRename(run) : html`<span class="name-text">${run.name}</span>${run.note ? icon('note') : nothing}`}
      </th>
      <td><span class="status tone-${tone}">${icon(iconName)} ${label}</span></td>
      ${COLUMNS.map(({ isNumeric, text }) => html`<td class=${isNumeric ? 'numeric' : ''}>${text(run)}</td>`)}
      <td class="actions" @click=${(event: Event) => event.stopPropagation()}>${this.#renderActions(run, isTabStop)}</td>
    </tr>`;
  }

  /** Tab goes through the buttons of the one row that takes the focus. */
  #renderActions(run: RunSummary, isTabStop: boolean): TemplateResult {
    const { actions } = this;
    const { id, name } = run;
    const action = (label: string, icon: string, onClick: () => void) =>
      iconButton({ label: `${label} ${name}`, icon, isTabStop, onClick });
    return html`${hasWeights(run) ? action('Inspect gates of', 'telescope', () => actions.inspect(id)) : nothing}
    ${action('Rename', 'edit', () => this.#rename(id))}
    ${action('Open config of', 'go-to-file', () => actions.openConfig(id))}
    ${action('Reveal folder of', 'folder-opened', () => actions.revealFolder(id))}
    ${action('Delete', 'trash', () => actions.remove(id))}`;
  }

  #renderRename(run: RunSummary): TemplateResult {
    const finish = (event: Event): void => {
      const name = (event.target as HTMLInputElement).value.trim();
      if (this.renaming !== run.id) return;
      this.renaming = undefined;
      if (name !== '' && name !== run.name) this.actions.rename(run.id, name);
    };
    const onKey = (event: KeyboardEvent): void => {
      event.stopPropagation();
      if (event.key === 'Escape') this.renaming = undefined;
      if (event.key === 'Enter') finish(event);
      if (event.key === 'Enter' || event.key === 'Escape') this.#focusRow(run.id);
    };
    return html`<input
      type="text"
      class="rename"
      aria-label="Name of the run"
      .value=${run.name}
      @keydown=${onKey}
      @blur=${finish}
      @click=${(event: Event) => event.stopPropagation()}
    />`;
  }

  /** The row that Tab goes to: the active or focused one where it is drawn, else the first that is. */
  get #tabStop(): string | undefined {
    const wanted = this.active ?? this.focused;
    const { start, end } = rowWindow(this.#arranged.length, ROW_HEIGHT, this.scrolled);
    const drawn = this.#arranged.slice(start, end);
    return drawn.some(({ id }) => id === wanted) ? wanted : drawn[0]?.id;
  }

  #rename(runId: string): void {
    this.renaming = runId;
  }

  #onScroll(event: Event): void {
    const { scrollTop, clientHeight } = event.currentTarget as HTMLElement;
    this.scrolled = { top: scrollTop, height: clientHeight };
  }

  #onKey(event: KeyboardEvent): void {
    const row = (event.target as HTMLElement).closest('tr[data-run]');
    if (!row || event.target !== row) return;
    const at = this.#arranged.findIndex(({ id }) => id === row.getAttribute('data-run'));
    const { id } = this.#arranged[at];
    const moves: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      Home: 0,
      End: this.#arranged.length - 1,
    };
    if (event.key in moves) this.#moveTo(moves[event.key]);
    else if (event.key === 'Enter') this.actions.focus(id);
    else if (event.key === ' ') this.actions.togglePlotted(id);
    else if (event.key === 'F2') this.#rename(id);
    else if (event.key === 'Delete') this.actions.remove(id);
    else return;
    event.preventDefault();
  }

  #moveTo(index: number): void {
    const at = Math.max(0, Math.min(this.#arranged.length - 1, index));
    const body = this.querySelector<HTMLElement>('.table-scroll')!;
    const headHeight = this.querySelector('thead')!.clientHeight;
    const seen = { top: body.scrollTop, height: body.clientHeight - headHeight };
    body.scrollTop = scrollToRow(at, ROW_HEIGHT, seen);
    this.scrolled = { top: body.scrollTop, height: body.clientHeight };
    this.active = this.#arranged[at].id;
    this.#focusRow(this.active);
  }

  #focusRow(runId: string): void {
    void this.updateComplete.then(() =>
      this.querySelector<HTMLElement>(`tr[data-run="${CSS.escape(runId)}"]`)?.focus(),
    );
  }
}

customElements.define('gs-run-table', RunTable);
