// Fine-tuning pays. The pair: 7,766 Chinese hotel reviews, then 200 reviews of takeaways. Both are judged as good or bad in the same
// language, but of other things in other words, and 200 texts are too few to learn a language's words of praise from: what the first data
// has to give is what the second lacks.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Example } from '../../extension/data/types.ts';
import { Rng } from '../../extension/util/rng.ts';
import { dataPath, readAll } from './support.ts';

const CLI = resolve(import.meta.dirname, '../../dist/cli.cjs');
const SEEDS = [1, 2, 3];
/** Of each half good, half bad. */
const SIZES = { train: 200, validation: 200, test: 2000 };

const experimentOf = (data: object, epochs: number, fineTune?: object) => ({
  data,
  text: { tokenizer: { type: 'word' }, maxLength: 100 },
  model: {
    embedding: { size: 64, dropout: 0.2 },
    encoder: { type: 'lstm', hiddenSize: 64, bidirectional: true },
    pooling: 'max',
    head: { dropout: 0.5 },
  },
  training: { epochs, batchSize: 32, optimizer: { type: 'adam', learningRate: 0.002 }, clip: { norm: 5 } },
  ...(fineTune && { fineTune }),
});

const csv = (examples: readonly Example[]): string =>
  `label,text\n${examples.map(({ label, text }) => `${label},"${text.replaceAll('"', '""')}"\n`).join('')}`;

interface Trained {
  run: string;
  accuracy: number;
  loss: number;
}

async function train(dir: string, name: string, experiment: object, seed: number): Promise<Trained> {
  const path = join(dir, `${name}.gatescope.json`);
  await writeFile(path, JSON.stringify(experiment));
  const args = [CLI, 'train', path, '--json', '--seed', String(seed)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 28 });
  const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    run: string;
    test?: { accuracy: number; loss: number };
  };
  return { run: last.run, accuracy: last.test?.accuracy ?? Number.NaN, loss: last.test?.loss ?? Number.NaN };
}

/** The parts of one seed: other examples for each. */
async function writeParts(dir: string, all: readonly Example[], seed: number): Promise<object> {
  const rng = new Rng(seed, 'sample');
  const byLabel = ['0', '1'].map((label) => {
    const own = all.filter((example) => example.label === label);
    rng.shuffle(own);
    return own;
  });
  let from = 0;
  const parts: Record<string, { path: string }> = {};
  for (const [name, size] of Object.entries(SIZES)) {
    const own = byLabel.flatMap((examples) => examples.slice(from, from + size / 2));
    from += size / 2;
    parts[name] = { path: `${name}-${seed}.csv` };
    await writeFile(join(dir, parts[name].path), csv(own));
  }
  return parts;
}

test('200 examples reach more from hotel reviews than from scratch, with each of three seeds', {
  timeout: 1_500_000,
}, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-finetune-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const hotels = { train: { path: dataPath('zh_sentiment', 'ChnSentiCorp_htl_all.csv') }, validation: { split: 0.1 } };
  const source = await train(dir, 'hotels', experimentOf(hotels, 4), 1);
  const { examples } = await readAll(dataPath('zh_sentiment', 'waimai_10k.csv'));
  const gains: number[] = [];
  for (const seed of SEEDS) {
    const data = await writeParts(dir, examples, seed);
    const scratch = await train(dir, `scratch-${seed}`, experimentOf(data, 12), seed);
    const from = { from: source.run, discriminative: { factor: 2.6 } };
    const tuned = await train(dir, `tuned-${seed}`, experimentOf(data, 12, from), seed);
    gains.push(tuned.accuracy - scratch.accuracy);
    const shown = ({ accuracy, loss }: Trained): string => `${(100 * accuracy).toFixed(1)} % (loss ${loss.toFixed(3)})`;
    t.diagnostic(`seed ${seed}: from scratch ${shown(scratch)}, fine-tuned ${shown(tuned)}`);
  }
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  t.diagnostic(`mean gain ${(100 * mean).toFixed(1)} points`);
  assert.ok(
    gains.every((gain) => gain > 0),
    gains.join(),
  );
});
