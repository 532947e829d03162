// The chosen row: at once what the table has of it, then the whole text.
import type { TableRow } from '../../extension/protocol/datasetTable.ts';

export interface RowLoader {
  load(row: number): Promise<TableRow>;
  onChange(): void;
  onError(error: unknown): void;
}

export class ChosenRow {
  readonly #loader: RowLoader;
  row: TableRow | undefined;

  constructor(loader: RowLoader) {
    this.#loader = loader;
  }

  clear(): void {
    this.row = undefined;
  }

  /** Asks for nothing where the row is the one that is there, with the same part and problems. */
  take(row: TableRow): void {
    const { row: known } = this;
    if (known?.row === row.row && known.part === row.part && known.problems.length === row.problems.length) return;
    this.row = row;
    if (row.part === 'unusable' || row.text.length >= row.characters) return;
    this.#loader.load(row.row).then(
      (whole) => {
        if (this.row?.row !== whole.row) return;
        this.row = whole;
        this.#loader.onChange();
      },
      (error: unknown) => this.#loader.onError(error),
    );
  }
}
