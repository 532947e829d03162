// Codicons and icon buttons. An icon alone is never the only text: the button carries a label and a tooltip.
import { html, nothing, type TemplateResult } from 'lit';

export function icon(name: string): TemplateResult {
  return html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`;
}

export interface IconButtonOptions {
  label: string;
  icon: string;
  isDisabled?: boolean;
  isPressed?: boolean;
  /** False where arrow keys lead to it instead of Tab. */
  isTabStop?: boolean;
  onClick(event: Event): void;
}

export function iconButton(options: IconButtonOptions): TemplateResult {
  return html`<button
    type="button"
    class="icon-button"
    title=${options.label}
    aria-label=${options.label}
    aria-pressed=${options.isPressed ?? nothing}
    tabindex=${options.isTabStop === false ? '-1' : nothing}
    ?disabled=${options.isDisabled ?? false}
    @click=${options.onClick}
  >
    ${icon(options.icon)}
  </button>`;
}
