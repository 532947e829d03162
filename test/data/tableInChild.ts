// Opens the table of one dataset as the worker does, reads rows from all over it and searches it; prints times and the peak memory of this process.
import { DatasetTables } from '../../extension/node/datasetTables.ts';
import { createFileSource } from '../../extension/node/fileSource.ts';
import type { TableState } from '../../extension/protocol/datasetTable.ts';
import { Emitter } from '../../extension/util/emitter.ts';

const [path, word] = process.argv.slice(2);
const counting = new Emitter<TableState>();
const tables = new DatasetTables(createFileSource(), {
  counting: (_, state) => counting.fire(state),
  filtering: () => undefined,
});
const startedAt = performance.now();
const seconds = (since = startedAt): number => (performance.now() - since) / 1000;

const first = new Promise<void>((resolve) => counting.on(({ rows }) => rows > 0 && resolve()));
const counted = new Promise<TableState>((resolve) => counting.on((state) => state.isComplete && resolve(state)));
await tables.open(path);
const openS = seconds();
await first;
const firstRows = await tables.rows({ path, start: 0, count: 100 });
const firstRowsS = seconds();
const { rows } = await counted;
const countS = seconds();

/** Pages of rows from all over the file. */
const pageS: number[] = [];
for (let at = 0; at < 20; at++) {
  const since = performance.now();
  const start = Math.floor(((at * 7) % 20) * (rows / 20));
  const page = await tables.rows({ path, start, count: 100 });
  pageS.push(seconds(since));
  if (page[0]?.row !== start) throw new Error(`Row ${start} is not there`);
}
const searchedAt = performance.now();
const { found } = await tables.filter(path, { text: word }, new AbortController().signal);
const searchS = seconds(searchedAt);
const rssBytes = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({ openS, firstRowsS, firstRows: firstRows.length, rows, countS, pageS, found, searchS, rssBytes }),
);
