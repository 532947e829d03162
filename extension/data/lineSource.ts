// One example a line: label first, label last, or a JSON object.
import { chooseColumns } from './columns.ts';
import { bad, type OpenedSource, type OpenFile, type ReadItem, type SourceRequest, toItem } from './readItem.ts';
import { readLines } from './rows.ts';

const SAMPLE_ROWS = 200;

export function openLines(request: SourceRequest, { format, head, text }: OpenFile): OpenedSource {
  const { path } = request;
  if (format === 'jsonl') return openJsonLines(request, head, text);
  const parse = format === 'labelFirst' ? parseLabelFirst : parseLabelLast;
  return { how: [], read: () => readEachLine(text(), path, parse) };
}

export async function* readEachLine(
  chunks: AsyncIterable<string>,
  path: string,
  parse: (text: string, place: { path: string; line: number }) => ReadItem,
): AsyncGenerator<ReadItem[]> {
  for await (const rows of readLines(chunks)) {
    const items: ReadItem[] = [];
    for (const { line, value, problem } of rows) {
      if (problem) items.push({ path, line, ...problem });
      else if (value !== undefined && value.trim() !== '') items.push(parse(value, { path, line }));
    }
    yield items;
  }
}

function parseLabelFirst(text: string, place: { path: string; line: number }): ReadItem {
  const [, label, rest] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  return toItem(rest ?? '', label ?? '', place);
}

function parseLabelLast(text: string, place: { path: string; line: number }): ReadItem {
  const tab = text.lastIndexOf('\t');
  if (tab < 0) return bad(place.path, place.line, 'missingField', 'it has no tab');
  return toItem(text.slice(0, tab), text.slice(tab + 1), place);
}

function openJsonLines(request: SourceRequest, head: string, text: () => AsyncGenerator<string>): OpenedSource {
  const { source, path } = request;
  const objects = head
    .split('\n')
    .slice(0, SAMPLE_ROWS)
    .map(parseObject)
    .filter((object) => object !== undefined);
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const columns = chooseColumns({
    ...request,
    names,
    sample: objects.map((object) => names.map((name) => asText(object[name]) ?? '')),
    textColumn: source.textColumn,
    labelColumn: source.labelColumn,
  });
  const [textKey, labelKey] = [names[columns.text], names[columns.label]];
  return {
    how: [`JSON lines: ${columns.how}.`],
    read: () =>
      readEachLine(text(), path, (line, place) => {
        const object = parseObject(line);
        if (!object) return bad(path, place.line, 'badJson', 'it is not a JSON object');
        const [value, label] = [asText(object[textKey]), asText(object[labelKey])];
        if (value === undefined) return bad(path, place.line, 'missingField', `it has no "${textKey}"`);
        if (label === undefined) return bad(path, place.line, 'missingField', `it has no "${labelKey}"`);
        return toItem(value, label, place);
      }),
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
