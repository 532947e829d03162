// One heatmap of a view with its title and legend; the same for what-if, side by side and connectivity.
import { html, type TemplateResult } from 'lit';
import { colorMap } from '../../shared/heatmap/colorMap.ts';
import '../../shared/heatmap/heatmap.ts';
import { renderLegend } from '../../shared/heatmap/legend.ts';
import type { CellPlace, HeatmapLabels, Matrix, ValueRange } from '../../shared/heatmap/matrix.ts';
import { readTheme } from '../../shared/theme.ts';

export interface HeatmapPanel {
  /** Names the panel for tests and styles. */
  key: string;
  title: TemplateResult | string;
  /** The title in plain words, for files. */
  name: string;
  matrix: Matrix;
  /** Written in the cells where they differ from what is coloured. */
  numbers?: Matrix;
  order: Uint32Array;
  range: ValueRange;
  /** Ends of the legend where they differ from those of `range`, as they do on a logarithmic scale. */
  legendRange?: ValueRange;
  /** Marked in the legend. */
  value?: number;
  note?: string;
  columnNames: readonly string[];
  /** Absent: the numbers of the rows. */
  rowNames?: readonly string[];
  at?: CellPlace;
  hovered?: CellPlace;
  zoom: number;
  /** CSS pixels. */
  maxHeight: number;
  labels: HeatmapLabels;
}

export interface HeatmapActions {
  hover(place: CellPlace | undefined): void;
  /** By arrow key. */
  move(place: CellPlace): void;
  /** By click or Enter. */
  pick(place: CellPlace): void;
  zoom(zoom: number): void;
}

const NO_MARKS: ReadonlyMap<number, string> = new Map();

export function renderHeatmapPanel(panel: HeatmapPanel, actions: HeatmapActions): TemplateResult {
  const { range, legendRange = range } = panel;
  return html`<figure class="heatmap-panel" data-panel=${panel.key}>
    <figcaption>
      <h4>${panel.title}</h4>
      ${renderLegend({
        map: colorMap(range.kind, readTheme().ground),
        range: legendRange,
        value: panel.value,
        note: panel.note,
      })}
    </figcaption>
    <gs-heatmap
      .matrix=${panel.matrix}
      .numbers=${panel.numbers}
      .order=${panel.order}
      .range=${range}
      .columnNames=${panel.columnNames}
      .rowNames=${panel.rowNames}
      .marks=${NO_MARKS}
      .at=${panel.at}
      .hovered=${panel.hovered}
      .zoom=${panel.zoom}
      .maxHeight=${panel.maxHeight}
      .labels=${panel.labels}
      @hover=${(event: CustomEvent<CellPlace | null>) => actions.hover(event.detail ?? undefined)}
      @move=${(event: CustomEvent<CellPlace>) => actions.move(event.detail)}
      @pick=${(event: CustomEvent<CellPlace>) => actions.pick(event.detail)}
      @zoom=${(event: CustomEvent<number>) => actions.zoom(event.detail)}
    ></gs-heatmap>
  </figure>`;
}
