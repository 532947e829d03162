// The one place that knows uPlot: axes, grid, cursor and drag selection are its work; the curves are drawn here from the decimated geometry.
// Invariant: uPlot's own data is two points that span the axes; a redraw costs what is on the screen, not what there is.
import './locale.ts';
import uPlot from 'uplot';
import type { ThemeColors } from '../theme.ts';
import type { Polyline } from './decimate.ts';
import type { Geometry } from './geometry.ts';
import type { Range, XAxis } from './series.ts';
import { linearTicks, logTicks, timeTicks } from './ticks.ts';

export interface PlotOptions {
  xAxis: XAxis;
  isLogY: boolean;
  formatX(value: number): string;
  formatY(value: number): string;
  theme(): ThemeColors;
  /** Cross-hair position in axis units; undefined when the pointer left. */
  onCursor(x: number | undefined): void;
  onZoom(range: Range | undefined): void;
}

const DASH = [5, 3];

export class Plot {
  readonly #options: PlotOptions;
  readonly #plot: uPlot;
  #geometry: Geometry = { x: { min: 0, max: 1 }, y: { min: 0, max: 1 }, curves: [], drawnPoints: 0, totalPoints: 0 };
  #isMovingCursor = false;

  constructor(host: HTMLElement, size: { width: number; height: number }, options: PlotOptions) {
    this.#options = options;
    this.#plot = new uPlot(this.#uplotOptions(size), this.#span(), host);
    this.#plot.over.addEventListener('mouseleave', () => options.onCursor(undefined));
    this.#plot.over.addEventListener('dblclick', () => options.onZoom(undefined));
  }

  /** Width of the plot area in device pixels. */
  get columns(): number {
    return Math.max(50, Math.round(this.#plot.bbox.width));
  }

  get canvas(): HTMLCanvasElement {
    return this.#plot.ctx.canvas;
  }

  draw(geometry: Geometry): void {
    this.#geometry = geometry;
    this.#plot.setData(this.#span());
  }

  resize(size: { width: number; height: number }): void {
    this.#plot.setSize(size);
  }

  redraw(): void {
    this.#plot.redraw(false, true);
  }

  /** Moves the cross-hair to `x` without telling anyone. */
  showCursor(x: number | undefined): void {
    const { min, max } = this.#geometry.x;
    const isInside = x !== undefined && x >= min && x <= max;
    this.#isMovingCursor = true;
    // uPlot takes a new range over with a delay, so that its own positions may still be those of the range before.
    const width = this.#plot.bbox.width / uPlot.pxRatio;
    const left = isInside ? ((x - min) / (max - min)) * width : -10;
    this.#plot.setCursor({ left, top: isInside ? 0 : -10 }, false);
    this.#isMovingCursor = false;
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #span(): uPlot.AlignedData {
    const { x } = this.#geometry;
    return [
      [x.min, x.max],
      [null, null],
    ];
  }

  #uplotOptions(size: { width: number; height: number }): uPlot.Options {
    const { isLogY, theme } = this.#options;
    return {
      ...size,
      legend: { show: false },
      padding: [8, 18, 0, 0],
      scales: {
        x: { time: false, range: () => [this.#geometry.x.min, this.#geometry.x.max] },
        y: { distr: isLogY ? 3 : 1, range: () => [this.#geometry.y.min, this.#geometry.y.max] },
      },
      series: [{}, { show: true, points: { show: false } }],
      axes: [this.#axis('x', theme), this.#axis('y', theme)],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => null },
      },
      hooks: {
        draw: [() => this.#drawCurves()],
        setCursor: [(plot) => this.#cursorMoved(plot)],
        setSelect: [(plot) => this.#selected(plot)],
      },
    };
  }

  #axis(scale: 'x' | 'y', theme: () => ThemeColors): uPlot.Axis {
    const { xAxis, isLogY, formatX, formatY } = this.#options;
    return {
      scale,
      size: scale === 'x' ? 26 : 52,
      gap: 4,
      font: `11px ${theme().fontFamily}`,
      stroke: () => theme().muted,
      grid: { stroke: () => theme().grid, width: 1 },
      ticks: { show: false },
      splits: (plot) => {
        const range = this.#geometry[scale];
        if (scale === 'x') {
          const count = Math.max(2, plot.width / 90);
          return xAxis === 'time' ? timeTicks(range, count) : linearTicks(range, count);
        }
        const count = Math.max(2, plot.height / 45);
        return isLogY ? logTicks(range, count) : linearTicks(range, count);
      },
      filter: (_plot, splits) => splits,
      values: (_plot, splits) => splits.map(scale === 'x' ? formatX : formatY),
    };
  }

  #cursorMoved(plot: uPlot): void {
    const { left } = plot.cursor;
    if (this.#isMovingCursor || left === undefined || left < 0) return;
    this.#options.onCursor(plot.posToVal(left, 'x'));
  }

  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 3) return;
    const range = { min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#options.onZoom(range);
  }

  #drawCurves(): void {
    const { ctx, bbox } = this.#plot;
    const colors = this.#options.theme().runs;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.lineJoin = 'round';
    for (const { curve, shadow } of this.#geometry.curves) {
      if (shadow) this.#stroke(shadow, { color: colors[curve.color], width: 1, alpha: 0.28 });
    }
    for (const { curve, line } of this.#geometry.curves) {
      const isValidation = curve.kind === 'validation';
      const color = colors[curve.color];
      this.#stroke(line, { color, width: isValidation ? 1.5 : 1.75, dash: isValidation ? DASH : undefined });
      if (isValidation || line.x.length < 3) this.#points(line, color);
      if (curve.best >= 0) this.#bestMark(curve.x[curve.best] * curve.factor, curve.y[curve.best], color);
    }
    ctx.restore();
  }

  #stroke(line: Polyline, style: { color: string; width: number; alpha?: number; dash?: number[] }): void {
    const { ctx } = this.#plot;
    ctx.strokeStyle = style.color;
    ctx.globalAlpha = style.alpha ?? 1;
    ctx.lineWidth = style.width * uPlot.pxRatio;
    ctx.setLineDash((style.dash ?? []).map((length) => length * uPlot.pxRatio));
    ctx.beginPath();
    let isPenDown = false;
    for (let at = 0; at < line.x.length; at++) {
      const y = line.y[at];
      if (!this.#isDrawable(y)) {
        isPenDown = false;
        continue;
      }
      const left = this.#plot.valToPos(line.x[at], 'x', true);
      const top = this.#plot.valToPos(y, 'y', true);
      if (isPenDown) ctx.lineTo(left, top);
      else ctx.moveTo(left, top);
      isPenDown = true;
    }
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
  }

  /** Dots, while they do not touch each other. */
  #points(line: Polyline, color: string): void {
    if (line.x.length > this.columns / 8) return;
    const { ctx } = this.#plot;
    ctx.fillStyle = color;
    for (let at = 0; at < line.x.length; at++) {
      if (!this.#isDrawable(line.y[at])) continue;
      ctx.beginPath();
      this.#circle(line.x[at], line.y[at], 2.25);
      ctx.fill();
    }
  }

  /** A ring around the best epoch and a line down to the axis. */
  #bestMark(x: number, y: number, color: string): void {
    if (!this.#isDrawable(y)) return;
    const { ctx, bbox } = this.#plot;
    const left = this.#plot.valToPos(x, 'x', true);
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.5 * uPlot.pxRatio;
    ctx.beginPath();
    this.#circle(x, y, 5);
    ctx.stroke();
    ctx.lineWidth = uPlot.pxRatio;
    ctx.globalAlpha = 0.55;
    ctx.beginPath();
    ctx.moveTo(left, this.#plot.valToPos(y, 'y', true) + 5 * uPlot.pxRatio);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }

  #circle(x: number, y: number, radius: number): void {
    const left = this.#plot.valToPos(x, 'x', true);
    const top = this.#plot.valToPos(y, 'y', true);
    this.#plot.ctx.arc(left, top, radius * uPlot.pxRatio, 0, 2 * Math.PI);
  }

  #isDrawable(y: number): boolean {
    return Number.isFinite(y) && !(this.#options.isLogY && y <= 0);
  }
}
