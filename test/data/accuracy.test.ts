// TREC with the settings of docs: the mean test accuracy of three seeds. PyTorch reaches 85.0 and 87.4 % on the same files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { dataPath } from './support.ts';

const CLI = resolve(import.meta.dirname, '../../dist/cli.cjs');
const LEAST_MEAN = 0.82;

test('TREC reaches 82 % as the mean of three seeds', { timeout: 1_500_000 }, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-trec-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const config = {
    name: 'TREC question type, BiLSTM',
    data: {
      train: { path: dataPath('trec6/TREC.train.all'), format: 'labelFirst' },
      validation: { split: 0.1 },
      test: { path: dataPath('trec6/TREC.test.all'), format: 'labelFirst' },
    },
    text: { tokenizer: { type: 'word', lowercase: true, minFrequency: 1 }, maxLength: 40 },
    model: {
      embedding: { size: 100, dropout: 0.2 },
      encoder: { type: 'lstm', hiddenSize: 100, layers: 1, bidirectional: true },
      pooling: 'max',
      head: { dropout: 0.5 },
    },
    training: {
      epochs: 10,
      batchSize: 50,
      seed: 1,
      optimizer: { type: 'adam', learningRate: 0.001 },
      clip: { norm: 5 },
    },
  };
  const path = join(dir, 'trec.gatescope.json');
  await writeFile(path, JSON.stringify(config));
  const train = async (seed: number): Promise<number> => {
    const args = [CLI, 'train', path, '--json', '--seed', String(seed)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 28 });
    const last = JSON.parse(stdout.trim().split('\n').at(-1) as string) as { test: { accuracy: number } };
    return last.test.accuracy;
  };
  const scores = await Promise.all([1, 2, 3].map(train));
  t.diagnostic(`TREC test accuracy, seeds 1 to 3: ${scores.map((score) => (score * 100).toFixed(1)).join(' / ')} %`);
  assert.ok(scores.reduce((sum, score) => sum + score, 0) / 3 >= LEAST_MEAN);
});
