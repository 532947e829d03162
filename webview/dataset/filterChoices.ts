// What the filters offer: labels, parts and findings of a dataset. The same object until the dataset changes, as there may be thousands of labels.
import type { DatasetReport } from '../../extension/protocol/datasetReport.ts';
import type { OpenedTable, RowPart } from '../../extension/protocol/datasetTable.ts';
import { hasRows } from './names.ts';

export interface FilterChoices {
  labels: readonly string[];
  parts: readonly RowPart[];
  /** Codes of findings that have rows. */
  findings: readonly string[];
}

export class KnownChoices {
  #table: OpenedTable | undefined;
  #report: DatasetReport | undefined;
  #choices: FilterChoices = { labels: [], parts: [], findings: [] };

  of(table: OpenedTable, report: DatasetReport | undefined): FilterChoices {
    if (table.manifest !== this.#table?.manifest || report !== this.#report) this.#choices = choicesOf(table, report);
    this.#table = table;
    this.#report = report;
    return this.#choices;
  }
}

function choicesOf({ manifest, leftOut }: OpenedTable, report: DatasetReport | undefined): FilterChoices {
  const { folds } = manifest.splits ?? {};
  const known = report?.parts ?? [];
  const parts: RowPart[] =
    folds === undefined
      ? known.map(({ part }) => part)
      : Array.from({ length: folds }, (_, at): RowPart => `fold ${at + 1}`);
  if (known.some(({ unusable }) => unusable > 0)) parts.push('unusable');
  if (leftOut.length > 0) parts.push('leftOut');
  return {
    labels: [...new Set(known.flatMap(({ labels }) => labels.map(({ label }) => label)))],
    parts,
    findings: [...new Set(report?.findings.map(({ code }) => code).filter(hasRows))],
  };
}
