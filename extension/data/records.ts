// Rows that name their fields: objects of JSON, rows of Parquet and Arrow.
import { chooseColumns } from './columns.ts';
import { bad, type ReadItem, type SourceRequest, toItem } from './readItem.ts';

export type FieldRecord = Record<string, unknown>;

export interface ChosenKeys {
  how: string;
  /** All keys of the first rows. */
  names: string[];
  /** Keys that are read. */
  keys: string[];
  toRow(fields: FieldRecord, place: { path: string; line: number }): ReadItem;
}

/** Which fields hold text, label and group. Throws DataError `data.columnMissing` or `data.columnUnclear`. */
export function chooseKeys(request: SourceRequest, sample: readonly FieldRecord[]): ChosenKeys {
  const { source } = request;
  const names = [...new Set(sample.flatMap((object) => Object.keys(object)))];
  const columns = chooseColumns({
    ...request,
    names,
    sample: sample.map((object) => names.map((name) => asText(object[name]) ?? '')),
    textColumn: source.textColumn,
    labelColumn: source.labelColumn,
  });
  const textKey = names[columns.text];
  const labelKey = columns.label === undefined ? undefined : names[columns.label];
  const groupKey = columns.group === undefined ? undefined : names[columns.group];
  return {
    how: columns.how,
    names,
    keys: [textKey, labelKey, groupKey].filter((key) => key !== undefined),
    toRow(fields, place) {
      const text = asText(fields[textKey]);
      const label = labelKey === undefined ? undefined : asText(fields[labelKey]);
      if (text === undefined) return bad(place.path, place.line, 'missingField', `it has no "${textKey}"`);
      if (labelKey !== undefined && label === undefined) {
        return bad(place.path, place.line, 'missingField', `it has no "${labelKey}"`);
      }
      return toItem(text, label, place, groupKey === undefined ? undefined : (asText(fields[groupKey]) ?? ''));
    },
  };
}

/** Undefined where the text is not a JSON object. */
export function parseObject(text: string): FieldRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as FieldRecord) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
