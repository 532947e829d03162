// Buttons and the progress ring: the only file that imports the widget toolkit (archived upstream; a successor would replace it here).
// All other controls are plain HTML, styled in styles/base.css.
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit';

/** Defines the toolkit's elements; once a document, before the first render. */
export function registerWidgets(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());
}

export interface ButtonOptions {
  label: string;
  /** Codicon name. */
  icon?: string;
  isPrimary?: boolean;
  isDisabled?: boolean;
  onClick(): void;
}

/** A button with text, and an icon before it where there is one. */
export function button({ label, icon, isPrimary, isDisabled, onClick }: ButtonOptions): TemplateResult {
  return html`<vscode-button
    appearance=${isPrimary ? 'primary' : 'secondary'}
    ?disabled=${isDisabled ?? false}
    @click=${onClick}
    >${label}${icon ? html`<span slot="start" class="codicon codicon-${icon}" aria-hidden="true"></span>` : nothing}</vscode-button
  >`;
}

export function progressRing(label: string): TemplateResult {
  return html`<span class="loading" role="status"><vscode-progress-ring aria-hidden="true"></vscode-progress-ring>${label}</span>`;
}
