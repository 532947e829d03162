// A scrolling element in device pixels.
import type { Offset, Size } from './viewport.ts';

export class ScrollArea {
  readonly #element: HTMLElement;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  get offset(): Offset {
    const { scrollLeft, scrollTop } = this.#element;
    return { x: Math.round(scrollLeft * devicePixelRatio), y: Math.round(scrollTop * devicePixelRatio) };
  }

  get size(): Size {
    const { clientWidth, clientHeight } = this.#element;
    return { width: Math.round(clientWidth * devicePixelRatio), height: Math.round(clientHeight * devicePixelRatio) };
  }

  scrollTo({ x, y }: Offset): void {
    this.#element.scrollTo(x / devicePixelRatio, y / devicePixelRatio);
  }

  /** A point of the window, from the element's corner. */
  pointOf({ clientX, clientY }: { clientX: number; clientY: number }): Offset {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: (clientX - left) * devicePixelRatio, y: (clientY - top) * devicePixelRatio };
  }
}
