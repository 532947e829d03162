// What stands on the right of a comparison: another text, epoch or run, and the control to choose it.
import { html, type TemplateResult } from 'lit';
import type { RunSummary } from '../../../extension/protocol/dashboardContract.ts';
import { select } from '../controls.ts';
import type { Look } from './look.ts';
import { otherEpochs } from './otherTrace.ts';

export const COMPARISONS = [
  { value: 'texts', title: 'Two texts' },
  { value: 'epochs', title: 'Two epochs' },
  { value: 'runs', title: 'Two runs' },
] as const;
export type Comparison = (typeof COMPARISONS)[number]['value'];

/** What was chosen; undefined: nothing yet. */
export interface Chosen {
  text?: string;
  epoch?: number;
  runId?: string;
}

export interface OtherChoice extends Chosen {
  mode: Comparison;
  look: Look;
  /** All but the one on the page. */
  runs: readonly RunSummary[];
}

/** The newest other run where none was chosen. */
export const chosenRun = (runs: readonly RunSummary[], runId: string | undefined): RunSummary | undefined =>
  runs.find(({ id }) => id === runId) ?? runs[0];

export function renderOtherChoice(choice: OtherChoice, change: (part: Chosen) => void): TemplateResult {
  if (choice.mode === 'epochs') return renderEpochs(choice, change);
  if (choice.mode === 'runs') return renderRuns(choice, change);
  return html`<input
    type="text"
    dir="auto"
    class="other-text"
    aria-label="The other text"
    spellcheck="false"
    .value=${choice.text ?? choice.look.text}
    @input=${(event: Event) => change({ text: (event.target as HTMLInputElement).value })}
  />`;
}

function renderEpochs({ look, epoch }: OtherChoice, change: (part: Chosen) => void): TemplateResult {
  const epochs = otherEpochs(look);
  if (epochs.length === 0) return html`<span class="muted">Of this text there is no other epoch.</span>`;
  return select({
    label: 'with',
    name: 'gs-other-epoch',
    options: epochs.map((value) => ({ value, title: value === 0 ? 'before training' : `epoch ${value}` })),
    value: epoch ?? epochs[0],
    onChange: (value) => change({ epoch: value }),
  });
}

function renderRuns({ runs, runId }: OtherChoice, change: (part: Chosen) => void): TemplateResult {
  const chosen = chosenRun(runs, runId);
  if (!chosen) return html`<span class="muted">There is no other run with weights.</span>`;
  return select({
    label: 'with',
    name: 'gs-other-run',
    options: runs.map(({ id, name }) => ({ value: id, title: name })),
    value: chosen.id,
    onChange: (id) => change({ runId: id }),
  });
}
