// The run that is looked at: name, status, progress, controls, scores, note.
import { html, nothing, type TemplateResult } from 'lit';
import type { RunSummary } from '../../extension/protocol/dashboardContract.ts';
import type { RunAction, RunProgress } from '../../extension/protocol/engineContract.ts';
import { hasWeights } from '../../extension/protocol/runWeights.ts';
import { formatScore, HEADLINES } from '../../extension/protocol/scores.ts';
import type { Scores } from '../../extension/schema/run.ts';
import { formatDateTime, formatDuration, formatLoss, formatPercent, groupThousands } from '../shared/format.ts';
import { icon, iconButton } from '../shared/icons.ts';
import { isActiveStatus, STATUS_TEXTS } from '../shared/runStatus.ts';
import { styled } from '../shared/styled.ts';
import { button } from '../shared/widgets.ts';

export interface RunHeaderActions {
  control(action: RunAction): void;
  writeNote(note: string): void;
  openConfig(): void;
  inspect(): void;
}

export function renderRunHeader(run: RunSummary, actions: RunHeaderActions): TemplateResult {
  const { label, icon: iconName, tone } = STATUS_TEXTS[run.status];
  return html`<header class="run-header">
    <div class="run-title">
      <h1 title=${run.name}>${run.name}</h1>
      <span class="status tone-${tone}">${icon(iconName)} ${label}</span>
      <span class="spacer"></span>
      ${renderControls(run, actions)}
    </div>
    ${isActiveStatus(run.status) ? renderProgress(run) : nothing}
    ${run.problem ? html`<p class="notice notice-error" role="alert">${run.problem.message} ${run.problem.remedy ?? ''}</p>` : nothing}
    ${renderFacts(run)}
    <label class="note"
      ><span class="muted">Note</span
      ><input
        type="text"
        placeholder="What this run was for"
        .value=${run.note}
        @change=${(event: Event) => actions.writeNote((event.target as HTMLInputElement).value)}
    /></label>
  </header>`;
}

function renderControls(run: RunSummary, { control, openConfig, inspect }: RunHeaderActions): TemplateResult {
  const isActive = isActiveStatus(run.status) && run.progress !== undefined;
  // Beside the controls there is room for icons only.
  const link = isActive ? iconButton : button;
  const links = html`${hasWeights(run) ? link({ label: 'Inspect Gates', icon: 'telescope', onClick: inspect }) : nothing}
  ${link({ label: 'Open Config', icon: 'go-to-file', onClick: openConfig })}`;
  if (!isActive) return html`<div class="controls">${links}</div>`;
  const isPaused = run.status === 'paused';
  return html`<div class="controls">
    ${
      isPaused
        ? button({ label: 'Resume', icon: 'debug-continue', isPrimary: true, onClick: () => control('resume') })
        : button({ label: 'Pause', icon: 'debug-pause', onClick: () => control('pause') })
    }
    ${button({ label: 'Stop', icon: 'debug-stop', onClick: () => control('stop') })}
    ${button({ label: 'Cancel', icon: 'close', onClick: () => control('cancel') })} ${links}
  </div>`;
}

const PHASES: Readonly<Record<RunProgress['phase'], string>> = {
  reading: 'Reading data',
  training: 'Training',
  validating: 'Validating',
  testing: 'Testing',
};

function renderProgress({ progress, status, epochs }: RunSummary): TemplateResult {
  const percent = Math.round((progress?.fraction ?? 0) * 100);
  const epoch = progress && progress.epoch > 0 ? progress.epoch : Math.min(epochs.done + 1, epochs.planned);
  const phase = status === 'paused' ? 'Paused' : progress ? PHASES[progress.phase] : 'Starting';
  return html`<div class="progress">
    <div class="progress-track" role="progressbar" aria-label="Progress of the run" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}>
      <div class="progress-bar" ${styled({ 'inline-size': `${percent}%` })}></div>
    </div>
    <p class="progress-text" role="status" aria-live="off" aria-label="Training progress">
      <span>${phase}</span>
      <span>Epoch ${epoch} of ${progress?.epochs ?? epochs.planned}</span>
      <span>step ${groupThousands(progress?.step ?? 0)}</span>
      <span>loss ${formatLoss(progress?.loss)}</span>
      ${progress?.secondsLeft === undefined ? nothing : html`<span>${formatDuration(progress.secondsLeft)} left</span>`}
    </p>
  </div>`;
}

function renderFacts({ task, best, test, epochs, startedAt, durationS, labels }: RunSummary): TemplateResult {
  const headline = HEADLINES[task];
  const fact = (name: string, value: string, detail?: string) =>
    html`<div class="fact"><dt>${name}</dt><dd>${value}${detail ? html` <span class="muted">${detail}</span>` : nothing}</dd></div>`;
  return html`<dl class="facts">
    ${fact(`Test ${headline}`, formatScore(headline, test?.[headline]), test && detailOf(test))}
    ${fact('Best validation', formatScore(headline, best?.[headline]), best && `epoch ${best.epoch}`)}
    ${fact('Epochs', `${epochs.done} / ${epochs.planned}`)}
    ${task === 'classification' ? fact('Labels', labels.length > 0 ? String(labels.length) : '–') : nothing}
    ${fact('Time', formatDuration(durationS))} ${fact('Started', formatDateTime(startedAt))}
  </dl>`;
}

/** The second score of a run. */
function detailOf({ macroF1, bitsPerCharacter, loss }: Scores): string {
  if (macroF1 !== undefined) return `F1 ${formatPercent(macroF1)}`;
  return bitsPerCharacter === undefined
    ? `loss ${formatScore('loss', loss)}`
    : `${formatScore('bitsPerCharacter', bitsPerCharacter)} bits per character`;
}
