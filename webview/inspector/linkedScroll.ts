// Heatmaps of one element scroll together. Scrolling does not bubble, so it is listened for on its way down.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class LinkedScroll implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.addEventListener('scroll', this.#follow, { capture: true });
  }

  hostDisconnected(): void {
    this.#host.removeEventListener('scroll', this.#follow, { capture: true });
  }

  readonly #follow = ({ target }: Event): void => {
    if (!(target instanceof HTMLElement) || !target.matches('.heatmap-scroll')) return;
    for (const other of this.#host.querySelectorAll('.heatmap-scroll')) {
      if (other === target) continue;
      other.scrollLeft = target.scrollLeft;
      other.scrollTop = target.scrollTop;
    }
  };
}
