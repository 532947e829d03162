// One example a line: label first, label last, or a JSON object.
import { bad, type OpenedSource, type OpenFile, type ReadItem, type SourceRequest, toItem } from './readItem.ts';
import { chooseKeys, parseObject } from './records.ts';
import { readLines } from './rows.ts';

const SAMPLE_ROWS = 200;

export function openLines(request: SourceRequest, { format, head, text }: OpenFile): OpenedSource {
  const { path } = request;
  if (format === 'jsonl') return openJsonLines(request, head, text);
  const parse = format === 'labelFirst' ? parseLabelFirst : parseLabelLast;
  return { how: [], seeksBy: 'byte', read: (from) => readEachLine(text(from), path, parse, from?.line) };
}

export async function* readEachLine(
  chunks: AsyncIterable<string>,
  path: string,
  parse: (text: string, place: { path: string; line: number }) => ReadItem,
  firstLine?: number,
): AsyncGenerator<ReadItem[]> {
  for await (const rows of readLines(chunks, firstLine)) {
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

function openJsonLines(request: SourceRequest, head: string, text: OpenFile['text']): OpenedSource {
  const sample = head
    .split('\n')
    .slice(0, SAMPLE_ROWS)
    .map(parseObject)
    .filter((object) => object !== undefined);
  const { how, names, toRow } = chooseKeys(request, sample);
  const parseRow = (line: string, place: { path: string; line: number }): ReadItem => {
    const object = parseObject(line);
    return object ? toRow(object, place) : bad(request.path, place.line, 'badJson', 'it is not a JSON object');
  };
  return {
    isColumn: true,
    columns: names,
    seeksBy: 'byte',
    how: [`JSON lines: ${how}.`],
    read: (from) => readEachLine(text(from), request.path, parseRow, from?.line),
  };
}
