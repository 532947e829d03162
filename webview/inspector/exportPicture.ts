// The shown heatmaps as a file: PNG, SVG, or a CSV table of their numbers.
import type { SignalName } from '../../extension/protocol/trace.ts';
import type { GradientTrace } from '../../extension/protocol/traceAnalysis.ts';
import { field } from '../shared/chart/exportCsv.ts';
import { svgToPng } from '../shared/chart/exportPng.ts';
import { toFileName } from '../shared/format.ts';
import { colorMap } from '../shared/heatmap/colorMap.ts';
import { heatmapsToSvg } from '../shared/heatmap/exportSvg.ts';
import { readTheme } from '../shared/theme.ts';
import { attentionBars, attentionTitle } from './attentionBars.ts';
import { barsOf, gradientTitle } from './gradientBars.ts';
import type { InspectorStore } from './inspectorStore.ts';
import { clippingNote, isUnbounded, matrixOf, rangeOf, SIGNAL_FACTS } from './signals.ts';

export const PICTURE_FORMATS = ['png', 'svg', 'csv'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

export interface PictureFile {
  suggestedName: string;
  data: Uint8Array<ArrayBuffer>;
}

/** What belongs to the picture beside the store. */
export interface Shown {
  /** Rows from top to bottom. */
  order: Uint32Array;
  /** Colours of the pinned units. */
  marks: ReadonlyMap<number, string>;
  /** Above the tokens, once it is there. */
  gradient?: GradientTrace;
}

/** What is shown now. */
export async function exportHeatmap(store: InspectorStore, shown: Shown, format: PictureFormat): Promise<PictureFile> {
  const { run, state } = store;
  const name = toFileName(`${run?.name ?? ''} ${state.signal} layer ${store.layer}`).toLowerCase();
  return { suggestedName: `${name}.${format}`, data: await contentOf(store, shown, format) };
}

async function contentOf(store: InspectorStore, shown: Shown, format: PictureFormat) {
  const encoder = new TextEncoder();
  if (format === 'csv') return encoder.encode(heatmapToCsv(store, shown));
  const svg = pictureOf(store, shown);
  return format === 'svg' ? encoder.encode(svg) : svgToPng(svg);
}

function pictureOf(store: InspectorStore, { order, marks, gradient }: Shown): string {
  const { trace, shown, run } = store;
  const theme = readTheme();
  const titleOf = (name: SignalName): string => `${SIGNAL_FACTS[name].symbol}, ${SIGNAL_FACTS[name].title}`;
  const columnNames = trace!.tokens.map(({ text }) => text);
  const pictures = store.shownSignals.map((name) => {
    const range = rangeOf(trace!, name);
    const matrix = matrixOf(trace!, shown!.signals[name]!);
    const note = isUnbounded(trace!, name) ? clippingNote(matrix, range) : undefined;
    const map = colorMap(range.kind, theme.ground);
    return { title: titleOf(name), matrix, order, range, note, columnNames, map };
  });
  const reads = store.direction === 0 ? 'forward' : 'backward';
  const title = `${run?.name}, layer ${store.layer}, ${reads}`;
  const summary = `${store.shownSignals.map(titleOf).join('; ')} of ${trace!.hiddenSize} units over ${trace!.tokens.length} tokens`;
  const attention = attentionBars(trace);
  const bars = gradient
    ? { ...barsOf(gradient), title: `Bars: ${gradientTitle(gradient)}` }
    : attention && { ...attention, title: `Bars: ${attentionTitle(attention.values)}` };
  return heatmapsToSvg(pictures, { title, summary, bars, marks, theme });
}

/** A row a unit, in the order they are shown, and a column a token; the gradient, where it is shown, before them. */
export function heatmapToCsv(store: InspectorStore, { order, gradient }: Pick<Shown, 'order' | 'gradient'>): string {
  const { trace, shown } = store;
  const tokens = trace!.tokens.map(({ text }, at) => field(`${at} ${text}`));
  const lines = [`signal,layer,direction,unit,${tokens.join(',')}`];
  if (trace?.attention && !gradient) lines.push(`attention,,,,${trace.attention.join(',')}`);
  if (gradient) lines.push(`${field(`gradient of ${gradient.target}`)},,,,${gradient.norms.join(',')}`);
  for (const name of store.shownSignals) {
    const { values, rows, columns } = matrixOf(trace!, shown!.signals[name]!);
    for (const unit of order) {
      const row = Array.from({ length: columns }, (_, token) => values[token * rows + unit]);
      lines.push(`${name},${shown!.layer},${shown!.direction === 0 ? 'forward' : 'backward'},${unit},${row.join(',')}`);
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}
