// A JSON file that holds an array of objects, at the top or as the first array of an object, read object by object:
// the file is never in memory as a whole.
import { bad, type OpenedSource, type OpenFile, type ReadItem, type SourceRequest } from './readItem.ts';
import { chooseKeys, type FieldRecord, parseObject } from './records.ts';
import { MAX_ROW_CHARACTERS, type Row } from './rows.ts';

const SAMPLE_ROWS = 200;

export async function openJson(request: SourceRequest, { head, text }: OpenFile): Promise<OpenedSource> {
  const { path } = request;
  const { how, names, toRow } = chooseKeys(request, await firstObjects(head));
  return {
    isColumn: true,
    columns: names,
    how: [`A JSON array: ${how}.`],
    async *read() {
      for await (const rows of readJsonArray(text())) {
        yield rows.map(({ line, value, problem }): ReadItem => {
          if (problem) return { path, line, ...problem };
          const object = value === undefined ? undefined : parseObject(value);
          return object ? toRow(object, { path, line }) : bad(path, line, 'badJson', 'it is not a JSON object');
        });
      }
    },
  };
}

/** The objects at the start of a file. */
export async function firstObjects(head: string): Promise<FieldRecord[]> {
  const pieces = async function* () {
    yield head;
  };
  const objects: FieldRecord[] = [];
  for await (const rows of readJsonArray(pieces())) {
    for (const { value } of rows) {
      const object = value === undefined ? undefined : parseObject(value);
      if (object) objects.push(object);
    }
  }
  return objects.slice(0, SAMPLE_ROWS);
}

/** The texts of the objects in the first array, each with the line that it begins at. What comes after the array is not read. */
export async function* readJsonArray(chunks: AsyncIterable<string>): AsyncGenerator<Row<string>[]> {
  const scanner = new ArrayScanner();
  for await (const chunk of chunks) {
    yield scanner.push(chunk);
    if (scanner.isDone) return;
  }
  yield scanner.end();
}

class ArrayScanner {
  isDone = false;
  /** Brackets that are open, within the array. */
  #depth = 0;
  #isInArray = false;
  #isInText = false;
  #isEscaped = false;
  #line = 1;
  #startLine = 1;
  /** What was read of the object that is open. */
  #open = '';

  push(chunk: string): Row<string>[] {
    const rows: Row<string>[] = [];
    let from = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < chunk.length && !this.isDone; at++) {
      const char = chunk[at];
      if (char === '\n') this.#line++;
      if (this.#isInText) this.#inText(char);
      else if (char === '"') this.#isInText = true;
      else if (!this.#isInArray) this.#isInArray = char === '[';
      else if (char === '{' || char === '[') {
        if (this.#depth++ === 0) {
          from = at;
          this.#startLine = this.#line;
        }
      } else if (char === '}' || char === ']') {
        if (this.#depth === 0) this.isDone = true;
        else if (--this.#depth === 0) {
          rows.push({ line: this.#startLine, value: this.#open + chunk.slice(from, at + 1) });
          this.#open = '';
          from = -1;
        }
      }
    }
    if (from >= 0) this.#keep(chunk.slice(from));
    return rows;
  }

  #inText(char: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (char === '\\') this.#isEscaped = true;
    else if (char === '"') this.#isInText = false;
  }

  /** An object that is longer than any row may be is not kept: its end gives a row that is no JSON. */
  #keep(text: string): void {
    this.#open = this.#open.length + text.length > MAX_ROW_CHARACTERS ? '!' : this.#open + text;
  }

  /** An object that the file cuts off. */
  end(): Row<string>[] {
    if (this.#depth === 0) return [];
    return [{ line: this.#startLine, problem: { reason: 'badJson', detail: 'the file ends within it' } }];
  }
}
