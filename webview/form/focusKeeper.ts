// Where the keyboard focus goes when what had it is gone: an item that was removed, a button that has no more use.

const CONTROLS = 'input:not(:disabled), select:not(:disabled), textarea:not(:disabled), button:not(:disabled)';

export class FocusKeeper {
  readonly #root: HTMLElement;
  #last: Element | undefined;
  /** Paths of the fields around it, from the inside. */
  #paths: string[] = [];

  constructor(root: HTMLElement) {
    this.#root = root;
    root.addEventListener('focusin', (event) => this.#note(event.target as Element));
  }

  #note(element: Element): void {
    this.#last = element;
    this.#paths = [];
    for (let field = element.closest('[data-path]'); field; field = field.parentElement?.closest('[data-path]') ?? null)
      this.#paths.push(field.getAttribute('data-path') ?? '');
  }

  /** To be called after each change of the document. Does nothing while the focus is somewhere. */
  restore(): void {
    if (!this.#last || this.#last.isConnected || document.activeElement !== document.body) return;
    for (const path of this.#paths) {
      const field = this.#root.querySelector(`[data-path=${CSS.escape(path)}]`);
      const control = field?.querySelector<HTMLElement>(CONTROLS);
      if (!control) continue;
      control.focus();
      return;
    }
    this.#last = undefined;
  }
}
