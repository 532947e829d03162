// Base of elements that draw on one canvas: device pixels, size and theme are looked after here, subclasses draw.
// Invariant: a draw follows every change of properties, size or theme, at most once an update, in CSS pixels.
import type { PropertyValues } from 'lit';
import type { Disposable } from '../../../extension/util/disposable.ts';
import { LightElement } from '../../shared/lightElement.ts';
import { onThemeChange, readTheme, type ThemeColors } from '../../shared/theme.ts';

export interface Surface {
  ctx: CanvasRenderingContext2D;
  /** In CSS pixels. */
  width: number;
  height: number;
  theme: ThemeColors;
}

export abstract class PictureElement extends LightElement {
  #theme: ThemeColors | undefined;
  #themeWatch: Disposable | undefined;
  #resizeWatch: ResizeObserver | undefined;

  /** Draws everything; the surface is empty and scaled to CSS pixels. */
  protected abstract draw(surface: Surface): void;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#themeWatch = onThemeChange(() => {
      this.#theme = undefined;
      this.requestUpdate();
    });
    this.#resizeWatch = new ResizeObserver(() => this.redraw());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#themeWatch?.dispose();
    this.#resizeWatch?.disconnect();
  }

  protected override firstUpdated(): void {
    if (this.canvas) this.#resizeWatch?.observe(this.canvas);
  }

  protected override updated(_changed: PropertyValues): void {
    this.redraw();
  }

  protected get theme(): ThemeColors {
    this.#theme ??= readTheme();
    return this.#theme;
  }

  protected get canvas(): HTMLCanvasElement | null {
    return this.querySelector('canvas');
  }

  protected redraw(): void {
    const { canvas } = this;
    const ctx = canvas?.getContext('2d');
    if (!canvas || !ctx) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0 || height === 0) return;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    ctx.scale(scale, scale);
    this.draw({ ctx, width, height, theme: this.theme });
  }
}
