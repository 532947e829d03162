// A CSV of 500 MB is imported in the memory its token ids take and little more.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const FILE_BYTES = 500_000_000;
const MAX_EXTRA_BYTES = 400_000_000;
let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatescope-memory-'));
});
after(() => rm(dir, { recursive: true, force: true }));

/** Reviews of 40 to 160 words from a vocabulary of 50,000, some with commas, quotes and line breaks. */
async function writeCsv(path: string): Promise<void> {
  const words = Array.from({ length: 50_000 }, (_, at) => `w${(at * 7919).toString(36)}${'aeiou'[at % 5]}n`);
  let state = 1;
  const next = (bound: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const stream = createWriteStream(path);
  stream.write('text,label\n');
  for (let written = 0; written < FILE_BYTES; ) {
    let block = '';
    while (block.length < 1 << 20) {
      const count = 40 + next(120);
      let text = '';
      for (let word = 0; word < count; word++) text += `${words[Math.min(next(50_000), next(50_000))]} `;
      block += next(4) === 0 ? `"${text}, she said ""no""\nand left",${next(2)}\n` : `${text},${next(2)}\n`;
    }
    written += block.length;
    if (!stream.write(block)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

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
  await writeCsv(large);
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
