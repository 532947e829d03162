// Base of all elements of the pages. They render into the document itself: one style sheet, codicons and printing work everywhere.
import { LitElement } from 'lit';

export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Tells whoever listens above; `detail` is the whole message, and an undefined one arrives as null. */
  protected tell<T>(type: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(type, { detail, bubbles: true }));
  }
}
