// What the page remembers over a reload. Pure; what was saved is parsed, never trusted.
import type { RowFilter, RowPart } from '../../extension/protocol/datasetTable.ts';

export interface DatasetState {
  /** The manifest of the dataset that is shown. */
  path?: string;
  filter: RowFilter;
  /** Number of the chosen row among those that the filter lets pass. */
  active?: number;
}

export function parseDatasetState(saved: unknown): DatasetState {
  const { path, filter, active } = asRecord(saved);
  return { path: asText(path), filter: parseFilter(filter), active: asCount(active) };
}

function parseFilter(saved: unknown): RowFilter {
  const { text, label, part, finding, length } = asRecord(saved);
  const { unit, from, to } = asRecord(length);
  const isUnit = unit === 'characters' || unit === 'tokens';
  return {
    text: asText(text),
    label: asText(label),
    part: asText(part) as RowPart | undefined,
    finding: asText(finding),
    length: isUnit ? { unit, from: asCount(from), to: asCount(to) } : undefined,
  };
}

/** Whether it lets everything pass. */
export const isEmptyFilter = (filter: RowFilter): boolean => Object.keys(compactFilter(filter)).length === 0;

/** Without what does not matter: equal filters become equal texts. */
export function compactFilter({ text, label, part, finding, length }: RowFilter): RowFilter {
  const hasLength = length && (length.from !== undefined || length.to !== undefined);
  return {
    ...(text ? { text } : {}),
    ...(label === undefined ? {} : { label }),
    ...(part ? { part } : {}),
    ...(finding ? { finding } : {}),
    ...(hasLength ? { length } : {}),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const asCount = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
