// How a gate saturates while the network learns: up, the share of steps at which its units are wide open; down, at which they are shut.
// The line is the mean over the units, the band holds the middle eight tenths of them, dashes are the chosen unit. <gs-saturation-epochs>
// Tells `epoch` with the epoch that was chosen by click or arrow key.
import { html, type TemplateResult } from 'lit';
import { formatPercent } from '../../shared/format.ts';
import { niceStep } from '../../shared/heatmap/painter.ts';
import { PictureElement, type Surface } from './pictureElement.ts';
import { meanShares, type SaturationShares, spreadOf } from './saturation.ts';

/** CSS pixels; left and right as the scatter above has them. */
const MARGIN = { left: 40, right: 12, top: 14, bottom: 22 };
const TICK_ROOM = 34;

/** The shares of one gate at one epoch. */
export interface EpochShares {
  epoch: number;
  shares: SaturationShares;
}

export class SaturationEpochs extends PictureElement {
  static override properties = {
    name: { attribute: false },
    history: { attribute: false },
    current: { attribute: false },
    selected: { attribute: false },
    color: { attribute: false },
  };
  /** Of the gate: `Forget gate f`. */
  declare name: string;
  /** Rising, two epochs at least. */
  declare history: readonly EpochShares[];
  /** The epoch on the page. */
  declare current: number | undefined;
  declare selected: number | undefined;
  /** Index into the palette. */
  declare color: number;

  protected override render(): TemplateResult {
    return html`<canvas
      class="saturation-epochs"
      role="img"
      tabindex="0"
      aria-label=${this.#sentence()}
      @click=${this.#onClick}
      @keydown=${this.#onKey}
    ></canvas>`;
  }

  #sentence(): string {
    const say = ({ epoch, shares }: EpochShares): string => {
      const { left, right } = meanShares(shares);
      return `at epoch ${epoch} shut in ${formatPercent(left)} and open in ${formatPercent(right)} of the steps`;
    };
    const here = this.history.find(({ epoch }) => epoch === this.current);
    const ends = `${say(this.history[0])}, ${say(this.history[this.history.length - 1])}`;
    return `${this.name} over the epochs, mean of its units: ${ends}${here ? `; now ${say(here)}` : ''}. Arrow keys go through the epochs.`;
  }

  #onClick(event: MouseEvent): void {
    const { canvas, history } = this;
    if (!canvas) return;
    const { x } = this.#scales(canvas.clientWidth, canvas.clientHeight);
    const distance = ({ epoch }: EpochShares): number => Math.abs(x(epoch) - event.offsetX);
    this.tell('epoch', history.reduce((best, each) => (distance(each) < distance(best) ? each : best)).epoch);
  }

  #onKey(event: KeyboardEvent): void {
    const { history } = this;
    const last = history.length - 1;
    const at = history.findIndex(({ epoch }) => epoch === this.current);
    const next: Readonly<Record<string, number>> = {
      ArrowLeft: at < 0 ? last : at - 1,
      ArrowRight: at < 0 ? last : at + 1,
      Home: 0,
      End: last,
    };
    if (!(event.key in next) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.tell('epoch', history[Math.max(0, Math.min(last, next[event.key]))].epoch);
  }

  #scales(width: number, height: number): Scales {
    const [first, last] = [this.history[0].epoch, this.history[this.history.length - 1].epoch];
    const middle = (MARGIN.top + height - MARGIN.bottom) / 2;
    return {
      x: (epoch) => MARGIN.left + ((epoch - first) / (last - first)) * (width - MARGIN.left - MARGIN.right),
      y: (share) => middle - share * (middle - MARGIN.top),
    };
  }

  protected override draw({ ctx, width, height, theme }: Surface): void {
    const scales = this.#scales(width, height);
    ctx.font = `11px ${theme.fontFamily}`;
    this.#drawFrame(ctx, scales, theme);
    const color = theme.runs[this.color % theme.runs.length];
    for (const side of ['right', 'left'] as const) {
      const sign = side === 'right' ? 1 : -1;
      const spreads = this.history.map(({ epoch, shares }) => ({ epoch, ...spreadOf(shares[side]) }));
      ctx.fillStyle = color;
      ctx.globalAlpha = 0.25;
      ctx.beginPath();
      for (const { epoch, high } of spreads) ctx.lineTo(scales.x(epoch), scales.y(sign * high));
      for (const { epoch, low } of spreads.toReversed()) ctx.lineTo(scales.x(epoch), scales.y(sign * low));
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.strokeStyle = color;
      ctx.lineWidth = 2;
      path(
        ctx,
        spreads.map(({ epoch, mean }) => [scales.x(epoch), scales.y(sign * mean)]),
      );
      this.#drawSelected(ctx, scales, { side, sign, color: theme.foreground });
    }
  }

  #drawSelected(
    ctx: CanvasRenderingContext2D,
    { x, y }: Scales,
    { side, sign, color }: { side: 'left' | 'right'; sign: 1 | -1; color: string },
  ): void {
    const { selected, history } = this;
    if (selected === undefined || selected >= history[0].shares.left.length) return;
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.25;
    ctx.setLineDash([4, 2]);
    path(
      ctx,
      history.map(({ epoch, shares }) => [x(epoch), y(sign * shares[side][selected])]),
    );
    ctx.setLineDash([]);
  }

  #drawFrame(ctx: CanvasRenderingContext2D, { x, y }: Scales, theme: Surface['theme']): void {
    const [first, last] = [this.history[0].epoch, this.history[this.history.length - 1].epoch];
    ctx.lineWidth = 1;
    ctx.fillStyle = theme.muted;
    ctx.textAlign = 'right';
    ctx.textBaseline = 'middle';
    for (const [share, label] of Y_TICKS) {
      ctx.strokeStyle = share === 0 ? theme.muted : theme.grid;
      path(ctx, [
        [x(first), y(share)],
        [x(last), y(share)],
      ]);
      ctx.fillText(label, x(first) - 6, y(share));
    }
    ctx.textAlign = 'center';
    ctx.textBaseline = 'top';
    const step = niceStep(((last - first) * TICK_ROOM) / (x(last) - x(first)));
    for (let epoch = Math.ceil(first / step) * step; epoch <= last; epoch += step) {
      ctx.fillText(String(epoch), x(epoch), y(-1) + 6);
    }
    if (this.current === undefined || this.current < first || this.current > last) return;
    ctx.strokeStyle = theme.accent;
    path(ctx, [
      [x(this.current), y(1)],
      [x(this.current), y(-1)],
    ]);
  }
}

interface Scales {
  x(epoch: number): number;
  /** From -1, shut at all steps, to 1, open at all steps. */
  y(share: number): number;
}

const Y_TICKS = [
  [1, 'open'],
  [0.5, '50 %'],
  [0, '0'],
  [-0.5, '50 %'],
  [-1, 'shut'],
] as const;

function path(ctx: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  ctx.beginPath();
  for (const [x, y] of points) ctx.lineTo(x, y);
  ctx.stroke();
}

customElements.define('gs-saturation-epochs', SaturationEpochs);
