// The table of a CSV of 1 GB: rows from all over it, and a search, in constant memory. Times are printed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { writeCsv } from './largeCsv.ts';

const FILE_BYTES = 1_000_000_000;
const MAX_EXTRA_BYTES = 300_000_000;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatescope-table-'));
  await writeCsv(join(dir, 'large.csv'), { bytes: FILE_BYTES, words: [5, 20] });
  await writeFile(join(dir, 'small.csv'), 'text,label\none two,a\nthree four,b\nfive,a\nsix,b\n');
  for (const name of ['large', 'small']) {
    const file = { path: `${name}.csv`, format: 'csv', encoding: 'utf-8', textColumn: 'text', labelColumn: 'label' };
    await writeFile(join(dir, `${name}.dataset.json`), JSON.stringify({ files: [file] }));
  }
});
after(() => rm(dir, { recursive: true, force: true }));

interface Measured {
  openS: number;
  firstRowsS: number;
  firstRows: number;
  rows: number;
  countS: number;
  pageS: number[];
  found: number;
  searchS: number;
  rssBytes: number;
}

async function measure(name: string, word: string): Promise<Measured> {
  const args = [join(import.meta.dirname, 'tableInChild.ts'), join(dir, `${name}.dataset.json`), word];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Measured;
}

test('1 GB of CSV: any row, and a search, under 300 MB over the baseline', { timeout: 900_000 }, async (t) => {
  const baseline = await measure('small', 'three');
  assert.deepEqual([baseline.rows, baseline.firstRows, baseline.found], [4, 4, 1]);
  const table = await measure('large', 'she said');
  const { size } = await stat(join(dir, 'large.csv'));
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  const extra = table.rssBytes - baseline.rssBytes;
  const slowest = Math.max(...table.pageS);
  t.diagnostic(
    `${megabytes(size)}, ${table.rows} rows: open ${table.openS.toFixed(2)} s, first rows ${table.firstRowsS.toFixed(2)} s, ` +
      `counted in ${table.countS.toFixed(1)} s (${(size / 1e6 / table.countS).toFixed(0)} MB/s), ` +
      `100 rows from anywhere at most ${(slowest * 1000).toFixed(0)} ms, ` +
      `search ${table.searchS.toFixed(1)} s for ${table.found} rows; ${megabytes(extra)} over ${megabytes(baseline.rssBytes)}`,
  );
  assert.ok(table.rows > 5_000_000 && table.firstRows === 100);
  assert.ok(table.found > table.rows / 5 && table.found < table.rows / 3, `${table.found} found`);
  assert.ok(extra < MAX_EXTRA_BYTES, `${megabytes(extra)} over the baseline`);
});
