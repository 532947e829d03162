// Buttons and the progress ring: plain HTML in the look of VS Code (styles/controls.css).
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icons.ts';

export interface ButtonOptions {
  label: string;
  /** Codicon name. */
  icon?: string;
  isPrimary?: boolean;
  isDisabled?: boolean;
  onClick(): void;
}

/** A button with text, and an icon before it where there is one. */
export function button({ label, icon: iconName, isPrimary, isDisabled, onClick }: ButtonOptions): TemplateResult {
  return html`<button type="button" class="button ${isPrimary ? 'is-primary' : ''}" ?disabled=${isDisabled ?? false} @click=${onClick}>
    ${iconName ? icon(iconName) : nothing}${label}
  </button>`;
}

export function progressRing(label: string): TemplateResult {
  return html`<span class="loading" role="status">${icon('loading codicon-modifier-spin')}${label}</span>`;
}
