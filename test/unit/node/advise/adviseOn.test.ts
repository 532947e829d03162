// Statistics of datasets on disk, and what their advice takes to train.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PlacedDataset } from '../../../../extension/data/dataset/openDataset.ts';
import { adviseOn, withEstimate } from '../../../../extension/node/advise/adviseOn.ts';
import { readingOptions } from '../../../../extension/node/cli/reading.ts';
import type { Dataset } from '../../../../extension/schema/dataset.ts';
import { CancelledError } from '../../../../extension/util/userError.ts';

async function dataset(t: TestContext, text: string, manifest: Partial<Dataset> = {}): Promise<PlacedDataset> {
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-advise-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'data.txt'), text);
  const files = [{ path: 'data.txt', format: manifest.kind === 'text' ? ('text' as const) : ('labelLast' as const) }];
  return { folder, path: join(folder, 'a.dataset.json'), manifest: { files, ...manifest } };
}

const rows = (count: number, textOf: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => `${textOf(at)}\t${at % 4 === 0 ? 'rare' : 'often'}\n`).join('');

test('English is counted in words of lower case, those that occur once apart', async (t) => {
  const text = rows(40, (at) => `The sun is warm today, says number ${at}`);
  const { facts } = await adviseOn(await dataset(t, text), readingOptions());
  assert.deepEqual(
    { ...facts, tokens: { ...facts.tokens, lengths: [...new Set(facts.tokens.lengths)] } },
    {
      task: 'classification',
      hasValidation: false,
      rows: 40,
      validationRows: 0,
      classes: [
        { label: 'often', count: 30 },
        { label: 'rare', count: 10 },
      ],
      characters: { min: 36, median: 37, p90: 37, p95: 37, p99: 37, max: 37 },
      chineseShare: 0,
      isTokenised: false,
      isLowerCase: false,
      hasPlaceholders: false,
      markupShare: 0,
      // the sun is warm today , says number, and 40 numbers.
      tokens: { lengths: [9], total: 360, types: 48, once: 40 },
    },
  );
});

test('Chinese is counted in words, names in characters, HTML is left out before', async (t) => {
  const chinese = await adviseOn(
    await dataset(
      t,
      rows(30, () => '酒店的房间很干净，服务也不错，下次还会来'),
    ),
    readingOptions(),
  );
  assert.ok(chinese.facts.tokens.lengths[0] < 15, `${chinese.facts.tokens.lengths[0]} words of 20 characters`);
  const names = await adviseOn(
    await dataset(
      t,
      rows(30, (at) => `Ana${at % 3}`),
    ),
    readingOptions(),
  );
  assert.deepEqual([names.facts.tokens.lengths[0], names.facts.tokens.types], [4, 6]);
  const html = await adviseOn(
    await dataset(
      t,
      rows(30, () => 'a <b>warm</b> day<br />in spring it was'),
    ),
    readingOptions(),
  );
  assert.equal(html.facts.markupShare, 1);
  assert.equal(html.facts.tokens.lengths[0], 7);
});

test('running text is counted with the ends of its lines, as a language model reads it', async (t) => {
  const { facts, advice } = await adviseOn(
    await dataset(t, 'abc\nab\n'.repeat(50), { kind: 'text' }),
    readingOptions(),
  );
  assert.deepEqual([advice.task, facts.tokens.total, facts.tokens.types], ['languageModel', 350, 4]);
});

test('an estimate holds out what is validated on', async (t) => {
  const text = rows(1000, (at) => `${'word '.repeat(1 + (at % 9))}end`);
  const split = await adviseOn(await dataset(t, text), readingOptions());
  const { estimate } = withEstimate(split, { engine: 'not measured' });
  // Lengths 2 to 10, of which nine tenths are trained on.
  assert.ok(Math.abs(estimate.tokens - 0.9 * split.facts.tokens.total) < 10, `${estimate.tokens} tokens`);
  assert.equal(estimate.vocabulary, 4);
  assert.equal(estimate.seconds, undefined);
});

test('an estimate holds out as much as is advised, and counts no more tokens than a vocabulary takes', async (t) => {
  // Fewer than 1,000 rows: a fifth is held out.
  const few = await adviseOn(
    await dataset(
      t,
      rows(500, (at) => `a text of words with number ${at}`),
    ),
    readingOptions(),
  );
  const { estimate } = withEstimate(few, { engine: 'not measured' });
  assert.equal(estimate.tokens, 0.8 * few.facts.tokens.total);
  const many = { ...few.facts, tokens: { ...few.facts.tokens, types: 900_000, once: 100_000 } };
  assert.equal(withEstimate({ ...few, facts: many }, { engine: 'not measured' }).estimate.vocabulary, 100_000);
});

test('reading can be cancelled', async (t) => {
  const options = { ...readingOptions(), signal: AbortSignal.abort() };
  await assert.rejects(
    adviseOn(
      await dataset(
        t,
        rows(40, () => 'a text'),
      ),
      options,
    ),
    CancelledError,
  );
});
