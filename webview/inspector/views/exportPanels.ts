// The heatmaps of a further view as a file: PNG, SVG, or a CSV table of their numbers; one picture under the other.
import { html, type TemplateResult } from 'lit';
import { field } from '../../shared/chart/exportCsv.ts';
import { svgToPng } from '../../shared/chart/exportPng.ts';
import { toFileName, visibleBlanks } from '../../shared/format.ts';
import { colorMap } from '../../shared/heatmap/colorMap.ts';
import { heatmapsToSvg } from '../../shared/heatmap/exportSvg.ts';
import { readTheme } from '../../shared/theme.ts';
import { PICTURE_FORMATS, type PictureFile, type PictureFormat } from '../exportPicture.ts';
import type { HeatmapPanel } from './heatmapPanel.ts';

/** What is exported, and the sentence that stands over it. */
export interface PanelPicture {
  title: string;
  panels: readonly HeatmapPanel[];
}

/** Buttons that give `save` the file; the picture is made when one is pressed. */
export function renderPanelExport(
  picture: () => PanelPicture,
  save: (file: Promise<PictureFile>) => void,
): TemplateResult {
  return html`<div class="chart-export" role="group" aria-label="Export these pictures">
    <span class="muted" aria-hidden="true">Export</span>
    ${PICTURE_FORMATS.map(
      (format) => html`<button
        type="button"
        class="text-button"
        title=${format === 'csv' ? 'The numbers as a table' : `Export as ${format.toUpperCase()}`}
        @click=${() => save(exportPanels(picture(), format))}
      >${format.toUpperCase()}</button>`,
    )}
  </div>`;
}

async function exportPanels(picture: PanelPicture, format: PictureFormat): Promise<PictureFile> {
  const suggestedName = `${toFileName(picture.title).toLowerCase().slice(0, 80)}.${format}`;
  const encoder = new TextEncoder();
  if (format === 'csv') return { suggestedName, data: encoder.encode(panelsToCsv(picture)) };
  const svg = pictureOf(picture);
  return { suggestedName, data: format === 'svg' ? encoder.encode(svg) : await svgToPng(svg) };
}

function pictureOf({ title, panels }: PanelPicture): string {
  const theme = readTheme();
  const pictures = panels.map(({ name, matrix, order, range, legendRange, note, columnNames, rowNames }) => {
    const map = colorMap(range.kind, theme.ground);
    return { title: name, matrix, order, range, legendRange, note, columnNames, rowNames, map };
  });
  return heatmapsToSvg(pictures, { title, summary: `${title}: ${panels.map(({ name }) => name).join('; ')}`, theme });
}

/** A line a row of a picture. Columns may differ from picture to picture, so each begins with a line of its own names. */
export function panelsToCsv({ panels }: PanelPicture): string {
  const lines = panels.flatMap(({ name, matrix, numbers = matrix, order, columnNames, rowNames }) => [
    `picture,row,${columnNames.map((column, at) => field(`${at} ${visibleBlanks(column)}`)).join(',')}`,
    ...Array.from(order, (row) => {
      const values = columnNames.map((_, column) => numbers.values[column * matrix.rows + row]);
      const written = values.map((value) => (Number.isNaN(value) ? '' : String(value)));
      return `${field(name)},${field(rowNames ? `${row} ${visibleBlanks(rowNames[row])}` : String(row))},${written.join(',')}`;
    }),
  ]);
  return `${lines.join('\r\n')}\r\n`;
}
