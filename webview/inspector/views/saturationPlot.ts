// The scatter of one gate: each unit by its share of steps saturated to the left and to the right. <gs-saturation-plot>
// Tells `pick` with a unit. Units with the same shares are one dot whose area is their number.
import { html, type TemplateResult } from 'lit';
import { formatCount, formatPercent } from '../../shared/format.ts';
import { PictureElement, type Surface } from './pictureElement.ts';
import { meanShares, nearestUnit, nextUnit, type SaturationShares, unitsAt, type Way } from './saturation.ts';

/** CSS pixels; wide enough that the largest dot in the corner stays clear of the numbers. */
const MARGIN = { left: 44, right: 12, top: 18, bottom: 42 };
const DOT_RADIUS = 2.2;
const MAX_RADIUS = 10;
const NUMBER_GAP = 11;
/** How far from a dot a click still means it, in shares. */
const REACH = 0.06;

const WAYS: Readonly<Record<string, Way>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export class SaturationPlot extends PictureElement {
  static override properties = {
    name: { attribute: false },
    shares: { attribute: false },
    selected: { attribute: false },
    color: { attribute: false },
  };
  /** Of the gate, for the heading: `Forget gate f`. */
  declare name: string;
  declare shares: SaturationShares;
  declare selected: number | undefined;
  /** Index into the palette. */
  declare color: number;

  protected override render(): TemplateResult {
    return html`<h4>${this.name}</h4>
      <canvas
        class="saturation-plot"
        role="img"
        tabindex="0"
        aria-label=${this.#sentence()}
        @click=${this.#onClick}
        @keydown=${this.#onKey}
      ></canvas>`;
  }

  #sentence(): string {
    const units = this.shares.left.length;
    if (units === 0) return `${this.name}. No units.`;
    const { left, right } = meanShares(this.shares);
    return (
      `${this.name}, ${formatCount(units, 'unit')}: on average shut in ${formatPercent(left)} ` +
      `and wide open in ${formatPercent(right)} of the steps. Arrow keys go through the units.`
    );
  }

  #onClick(event: MouseEvent): void {
    const { canvas } = this;
    if (!canvas) return;
    const { x, y } = scalesOf(canvas.clientWidth, canvas.clientHeight);
    const hit = nearestUnit(this.shares, x.invert(event.offsetX), y.invert(event.offsetY));
    if (hit && hit.distance <= REACH) this.tell('pick', this.#nextAtSamePlace(hit.unit));
  }

  /** A second click on the same dot goes to the next unit in it. */
  #nextAtSamePlace(unit: number): number {
    const here = unitsAt(this.shares, unit);
    const at = this.selected === undefined ? -1 : here.indexOf(this.selected);
    return here[(at + 1) % here.length];
  }

  #onKey(event: KeyboardEvent): void {
    const way = WAYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey || this.shares.left.length === 0) return;
    event.preventDefault();
    this.tell('pick', nextUnit(this.shares, this.selected, way));
  }

  protected override draw({ ctx, width, height, theme }: Surface): void {
    const { x, y } = scalesOf(width, height);
    const color = theme.runs[this.color % theme.runs.length];
    ctx.font = `11px ${theme.fontFamily}`;
    drawFrame(ctx, { x, y }, theme);
    ctx.fillStyle = color;
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    for (const { left, right, units } of dotsOf(this.shares)) {
      disc(ctx, x.of(left), y.of(right), Math.min(MAX_RADIUS, DOT_RADIUS * Math.sqrt(units)));
      ctx.globalAlpha = 0.55;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.stroke();
    }
    if (this.selected === undefined || this.selected >= this.shares.left.length) return;
    ctx.strokeStyle = theme.foreground;
    ctx.lineWidth = 2;
    const { left, right } = this.shares;
    disc(ctx, x.of(left[this.selected]), y.of(right[this.selected]), 6);
    ctx.stroke();
  }
}

interface Scale {
  of(share: number): number;
  invert(pixel: number): number;
}

interface Scales {
  x: Scale;
  y: Scale;
}

function scalesOf(width: number, height: number): Scales {
  const between = (from: number, to: number): Scale => ({
    of: (share) => from + share * (to - from),
    invert: (pixel) => (pixel - from) / (to - from),
  });
  return { x: between(MARGIN.left, width - MARGIN.right), y: between(height - MARGIN.bottom, MARGIN.top) };
}

/** Axes from 0 to 1 and the line on which a unit is saturated all the time; beyond it none can be. */
function drawFrame(ctx: CanvasRenderingContext2D, { x, y }: Scales, theme: Surface['theme']): void {
  ctx.lineWidth = 1;
  ctx.strokeStyle = theme.grid;
  ctx.fillStyle = theme.muted;
  for (const tick of [0, 0.5, 1]) {
    ctx.beginPath();
    ctx.moveTo(x.of(tick), y.of(0));
    ctx.lineTo(x.of(tick), y.of(1 - tick));
    ctx.moveTo(x.of(0), y.of(tick));
    ctx.lineTo(x.of(1 - tick), y.of(tick));
    ctx.stroke();
    ctx.textAlign = 'center';
    ctx.textBaseline = 'top';
    ctx.fillText(String(tick * 100), x.of(tick), y.of(0) + NUMBER_GAP);
    ctx.textAlign = 'right';
    ctx.textBaseline = 'middle';
    ctx.fillText(String(tick * 100), x.of(0) - NUMBER_GAP - 4, y.of(tick));
  }
  ctx.textAlign = 'right';
  ctx.textBaseline = 'top';
  ctx.fillText('shut, % of steps →', x.of(1), y.of(0) + NUMBER_GAP + 14);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.fillText('↑ open, % of steps', x.of(0) + 8, y.of(1) + 5);
  ctx.strokeStyle = theme.muted;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(x.of(0), y.of(1));
  ctx.lineTo(x.of(1), y.of(0));
  ctx.stroke();
  ctx.setLineDash([]);
}

function disc(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
}

function dotsOf({ left, right }: SaturationShares): { left: number; right: number; units: number }[] {
  const dots = new Map<string, { left: number; right: number; units: number }>();
  for (let unit = 0; unit < left.length; unit++) {
    const key = `${left[unit].toFixed(3)} ${right[unit].toFixed(3)}`;
    const dot = dots.get(key);
    if (dot) dot.units++;
    else dots.set(key, { left: left[unit], right: right[unit], units: 1 });
  }
  // Large dots first, so that small ones stay in sight.
  return [...dots.values()].sort((a, b) => b.units - a.units);
}

customElements.define('gs-saturation-plot', SaturationPlot);
