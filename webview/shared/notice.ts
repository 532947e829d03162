// Sentences in place of content: nothing here yet, something failed, something is off. Each says what to do next.
import { html, nothing, type TemplateResult } from 'lit';
import { UserError } from '../../extension/util/userError.ts';

export function emptyNotice(what: string, next?: string): TemplateResult {
  return html`<div class="notice notice-empty"><p>${what}</p>${next ? html`<p class="muted">${next}</p>` : nothing}</div>`;
}

/** A failed call, with a way to try again. */
export function errorNotice(what: string, error: unknown, onRetry: () => void): TemplateResult {
  return html`<div class="notice notice-error" role="alert">
    <p>${what} ${describeError(error)}</p>
    <button type="button" class="text-button" @click=${onRetry}>Try again</button>
  </div>`;
}

export function infoNotice(text: string): TemplateResult {
  return html`<div class="notice notice-info" role="note"><p>${text}</p></div>`;
}

/** What to show of any error: a UserError's own words with its remedy, else the message. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) return error.remedy ? `${error.message} ${error.remedy}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
