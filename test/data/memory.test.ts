// A CSV of 500 MB is imported in the memory its token ids take and little more.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { writeCsv } from './largeCsv.ts';

const FILE_BYTES = 500_000_000;
const MAX_EXTRA_BYTES = 400_000_000;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatescope-memory-'));
});
after(() => rm(dir, { recursive: true, force: true }));

interface Measured {
  rssBytes: number;
  tokens: number;
  examples: number;
  seconds: number;
}

/** Loads a CSV in a process of its own, the way a run does; its peak memory. */
async function measure(path: string): Promise<Measured> {
  const script = join(import.meta.dirname, 'loadInChild.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, path], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Measured;
}

test('500 MB of CSV stay under 400 MB over the baseline', { timeout: 900_000 }, async (t) => {
  const [small, large] = [join(dir, 'small.csv'), join(dir, 'large.csv')];
  const { writeFile } = await import('node:fs/promises');
  await writeFile(small, 'text,label\none two,a\nthree four,b\nfive,a\nsix,b\n');
  await writeCsv(large, { bytes: FILE_BYTES, words: [40, 160] });
  const { size } = await stat(large);
  assert.ok(size >= FILE_BYTES);
  const [baseline, loaded] = [await measure(small), await measure(large)];
  const extra = loaded.rssBytes - baseline.rssBytes;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  t.diagnostic(
    `${megabytes(size)}, ${loaded.examples} rows, ${loaded.tokens} tokens kept: ${megabytes(extra)} over ${megabytes(baseline.rssBytes)}, ` +
      `${(size / 1e6 / loaded.seconds).toFixed(0)} MB/s`,
  );
  assert.ok(loaded.examples > 100_000);
  assert.ok(extra < MAX_EXTRA_BYTES, `${megabytes(extra)} over the baseline`);
});
