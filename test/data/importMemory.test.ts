// A CSV of 1 GB is imported in constant memory, with progress, and can be cancelled.
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
let large: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatescope-import-'));
  large = join(dir, 'large.csv');
  // Short texts: what memory is in danger of are rows, not bytes.
  await writeCsv(large, { bytes: FILE_BYTES, words: [5, 20] });
});
after(() => rm(dir, { recursive: true, force: true }));

interface Measured {
  rssBytes: number;
  seconds: number;
  rows: number;
  isCancelled: boolean;
  cancelMs?: number;
  isAscending: boolean;
  steps: number;
}

async function measure(path: string, cancelAt?: number): Promise<Measured> {
  const script = join(import.meta.dirname, 'importInChild.ts');
  const args = [script, path, ...(cancelAt === undefined ? [] : [String(cancelAt)])];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Measured;
}

test('1 GB of CSV stays under 300 MB over the baseline', { timeout: 900_000 }, async (t) => {
  const small = join(dir, 'small.csv');
  await writeFile(small, 'text,label\none two,a\nthree four,b\nfive,a\nsix,b\n');
  const { size } = await stat(large);
  assert.ok(size >= FILE_BYTES);
  const [baseline, imported] = [await measure(small), await measure(large)];
  const extra = imported.rssBytes - baseline.rssBytes;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  t.diagnostic(
    `${megabytes(size)}, ${imported.rows} rows: ${megabytes(extra)} over ${megabytes(baseline.rssBytes)}, ` +
      `${(size / 1e6 / imported.seconds).toFixed(0)} MB/s`,
  );
  assert.ok(imported.rows > 5_000_000);
  assert.ok(imported.isAscending && imported.steps > 1000);
  assert.ok(extra < MAX_EXTRA_BYTES, `${megabytes(extra)} over the baseline`);
});

test('a cancelled import ends at once', { timeout: 900_000 }, async () => {
  const cancelled = await measure(large, 0.05);
  assert.equal(cancelled.isCancelled, true);
  assert.ok(Number(cancelled.cancelMs) < 1000, `${cancelled.cancelMs} ms`);
});
