// The estimate of a run: exact where it counts (parameters, batches), near where it adds up (memory), and rates that explain what they
// were fitted to. How near seconds come is measured by test/bench/estimates.ts on a machine that does nothing else.
import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { currentMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { createTextStreams } from '../../../extension/engine/tasks/textStreams.ts';
import { epochOrder } from '../../../extension/engine/train/epochOrder.ts';
import { readingOptions } from '../../../extension/node/cli/reading.ts';
import { measureCase } from '../../../extension/node/estimate/calibrate.ts';
import { CALIBRATION_CASES, resolveCase } from '../../../extension/node/estimate/calibrationCases.ts';
import { DataFactsCache } from '../../../extension/node/estimate/dataFacts.ts';
import { epochWork } from '../../../extension/node/estimate/epochWork.ts';
import { estimateRun } from '../../../extension/node/estimate/estimateRun.ts';
import { machineRates, ratesFile } from '../../../extension/node/estimate/machineRates.ts';
import { estimateMemory } from '../../../extension/node/estimate/memory.ts';
import { fitRates, secondsOf } from '../../../extension/node/estimate/rates.ts';
import { addWork, noWork, WORK_KINDS, workOfBatch, workOfSaving } from '../../../extension/node/estimate/work.ts';
import { closeEngine, useEngine } from '../../../extension/node/kernels/useEngine.ts';
import { openExperimentText } from '../../../extension/node/openExperiment.ts';
import { estimateLines } from '../../../extension/protocol/estimate.ts';
import { FILES } from '../kernels/support.ts';

let folder: string;
const cacheHome = process.env.XDG_CACHE_HOME;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-estimate-'));
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
});
afterEach(() => closeEngine());
after(async () => {
  if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheHome;
  await rm(folder, { recursive: true, force: true });
});

/** A language model of two layers. */
function deepCase() {
  const found = CALIBRATION_CASES.find(({ layers, classes }) => layers === 2 && classes === undefined);
  assert.ok(found);
  return found;
}

const shapeOf = (one: (typeof CALIBRATION_CASES)[number]) => {
  const { model, training } = resolveCase(one);
  return { training, shape: { model, vocabularySize: one.vocabulary, classCount: one.classes ?? one.vocabulary } };
};

test('rates that made the times are found again', () => {
  const rates = noWork();
  for (const [at, kind] of WORK_KINDS.entries()) rates[kind] = at === 2 ? 0 : 10 ** -(4 + at / 2);
  const samples = Array.from({ length: 40 }, (_, n) => {
    const work = noWork();
    for (const [at, kind] of WORK_KINDS.entries()) work[kind] = 1 + ((n * (at + 3) * 7919) % 97);
    return { work, seconds: secondsOf(work, rates) };
  });
  const found = fitRates(samples);
  for (const { work, seconds } of samples) assert.ok(Math.abs(secondsOf(work, found) / seconds - 1) < 1e-3);
  assert.ok(WORK_KINDS.every((kind) => found[kind] >= 0));
});

test('no rate is negative, whatever the times', () => {
  const samples = CALIBRATION_CASES.map((one, n) => {
    const { shape, training } = shapeOf(one);
    const size = { texts: one.batch, tokens: one.batch * one.length, steps: one.length };
    return { work: workOfBatch(shape, size, { optimizer: training.optimizer }), seconds: 0.001 * (1 + ((n * 5) % 7)) };
  });
  const found = fitRates(samples);
  assert.ok(WORK_KINDS.every((kind) => found[kind] >= 0 && Number.isFinite(found[kind])));
});

test('an epoch has the batches that training makes of its texts', () => {
  const { shape, training } = shapeOf(CALIBRATION_CASES[3]);
  const lengths = Uint32Array.from({ length: 101 }, (_, at) => 1 + ((at * 37) % 23));
  const set = { count: lengths.length, length: (at: number) => lengths[at] };
  for (const batching of ['shuffled', 'bucketed'] as const) {
    const settings = { ...training, batchSize: 16, batching };
    const { work, updates, tokens, largest } = epochWork(shape, settings, {
      train: lengths,
      validation: new Uint32Array(),
      written: 0,
    });
    const order = epochOrder(settings, 1, set);
    const expected = noWork();
    addWork(expected, workOfSaving(shape, training.optimizer));
    for (let from = 0; from < order.length; from += 16) {
      const own = [...order.subarray(from, from + 16)].map((at) => lengths[at]);
      const size = { texts: own.length, tokens: own.reduce((sum, length) => sum + length), steps: Math.max(...own) };
      addWork(expected, workOfBatch(shape, size, { optimizer: training.optimizer }));
      assert.ok(size.tokens <= largest.tokens);
    }
    assert.deepEqual(work, expected);
    assert.equal(updates, 7);
    assert.equal(
      tokens,
      lengths.reduce((sum, length) => sum + length),
    );
  }
});

test('a language model reads each token but the last once, in as many windows as training does', () => {
  const { shape, training } = shapeOf(CALIBRATION_CASES[4]);
  for (const count of [2, 50, 333, 5001]) {
    const settings = { ...training, batchSize: 16, sequenceLength: 32 };
    const { updates, tokens } = epochWork(shape, settings, {
      train: { tokens: count },
      validation: { tokens: 1 },
      written: 0,
    });
    assert.equal(updates, createTextStreams({ ids: new Uint32Array(count) }, 16, 32).windowCount);
    assert.ok(Math.abs(tokens - (count - 1)) < 1e-6);
  }
});

test('what is frozen has no gradient and no update', () => {
  const { shape, training } = shapeOf(deepCase());
  const size = { texts: 20, tokens: 400, steps: 20 };
  const { optimizer } = training;
  const all = workOfBatch(shape, size, { optimizer });
  const headOnly = workOfBatch(shape, size, { optimizer, frozen: new Set(['embedding', 'encoder.0', 'encoder.1']) });
  const forward = workOfBatch(shape, size);
  assert.equal(headOnly.recurrences, forward.recurrences);
  assert.equal(headOnly.gates, forward.gates);
  assert.equal(headOnly.updates, (4000 * 100 + 4000) * 4);
  assert.equal(all.recurrences, 2 * forward.recurrences);
  const lower = workOfBatch(shape, size, { optimizer, frozen: new Set(['embedding', 'encoder.0']) });
  assert.ok(lower.products < all.products && lower.products > headOnly.products);
});

test('memory is near what a training takes of the arena', async () => {
  const oneHot = CALIBRATION_CASES.find(({ embedding }) => embedding === undefined)!;
  const cases = [3, 8, 9, 10, 12, 13, 14].map((at) => CALIBRATION_CASES[at]);
  for (const [at, one] of [...cases, { ...oneHot, vocabulary: 3000 }].entries()) {
    await closeEngine();
    await useEngine({ backend: 'wasm', threads: 1 }, FILES);
    const { shape, training } = shapeOf(one);
    await measureCase(one, 4);
    const taken = currentMachine()?.arena.use.highWaterBytes ?? 0;
    const size = { texts: one.batch, tokens: one.batch * one.length, steps: one.length };
    const { weights, optimizer, batch } = estimateMemory(shape, size, training.optimizer);
    const ratio = (weights + optimizer + batch) / taken;
    assert.ok(ratio > 1 / 1.5 && ratio < 1.5, `case ${at}: ${ratio.toFixed(2)} of ${taken} bytes`);
  }
});

const CONFIG = (hidden: number, text = 'a.csv'): string =>
  JSON.stringify({
    data: { train: { path: text, textColumn: 't', labelColumn: 'l' } },
    model: { embedding: { size: 8 }, encoder: { type: 'lstm', hiddenSize: hidden } },
    training: { batchSize: 4 },
  });

test('data is read once for all sizes of a model, and again when its file changed', async () => {
  const path = join(folder, 'a.csv');
  await writeFile(path, `t,l\n${'some words here,x\nother ones,y\n'.repeat(20)}`);
  const cache = new DataFactsCache();
  const ask = async (hidden: number) => {
    const experiment = await openExperimentText(CONFIG(hidden), join(folder, 'a.gatescope.json'));
    const facts = await cache.of(experiment, folder, readingOptions());
    return { facts, estimate: estimateRun(experiment, facts, { engine: 'none' }) };
  };
  const small = await ask(3);
  const large = await ask(5);
  assert.equal(large.facts, small.facts);
  // [PAD], [UNK], five words; 4·H·(8 + H + 2) of the encoder; two classes.
  assert.equal(small.estimate.parameters, 7 * 8 + 4 * 3 * (8 + 3 + 2) + 2 * 3 + 2);
  assert.equal(large.estimate.parameters, 7 * 8 + 4 * 5 * (8 + 5 + 2) + 2 * 5 + 2);
  assert.equal(small.estimate.updates, 9);
  assert.equal(small.estimate.seconds, undefined);
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  assert.notEqual((await ask(3)).facts, small.facts);
  await assert.rejects(
    openExperimentText(CONFIG(3, 'none.csv'), join(folder, 'a.gatescope.json')).then((experiment) =>
      cache.of(experiment, folder, readingOptions()),
    ),
    { code: 'data.fileMissing' },
  );
});

test('the machine is measured once and remembered; a broken cache means that it is measured again', async () => {
  let measured = 0;
  const ask = (threads: number) =>
    machineRates({ backend: 'wasm', threads }, { version: '0', onMeasure: () => void measured++, files: FILES });
  const first = await ask(1);
  assert.ok(first.rates && secondsOf({ ...noWork(), products: 1e9, passes: 1 }, first.rates) > 0);
  assert.match(first.engine, /WebAssembly kernels \(relaxed-simd\), 1 thread/);
  assert.equal(measured, 1);
  assert.deepEqual((await ask(1)).rates, first.rates);
  assert.equal(measured, 1);
  await writeFile(ratesFile(), '{"broken');
  assert.ok((await ask(2)).rates);
  assert.equal(measured, 2);
  const busy = await machineRates(
    { backend: 'wasm-plain', threads: 1 },
    { version: '0', isBusy: () => true, files: FILES },
  );
  assert.equal(busy.rates, undefined);
  assert.match(busy.engine, /when no run trains/);
  const none = await machineRates({ backend: 'tensorflow', threads: 'auto' }, { version: '0' });
  assert.equal(none.rates, undefined);
  assert.match(none.engine, /TensorFlow/);
});

test('in words: parameters by group, memory by part, and time in two digits', () => {
  const lines = estimateLines({
    parameters: 1_234_567,
    groups: [
      { name: 'embedding', count: 1_000_000 },
      { name: 'head', count: 234_567 },
    ],
    vocabulary: 10_000,
    memory: { weights: 4_938_268, optimizer: 9_876_536, batch: 512 },
    updates: 312,
    tokens: 98_765.4,
    seconds: 83.21,
    engine: 'native kernels (avx2), 2 threads',
  });
  assert.deepEqual(lines, [
    '1,234,567 parameters: embedding 1,000,000, head 234,567.',
    'About 15 MB of memory: weights 4.9 MB, optimizer 9.9 MB, a batch 512 B.',
    'An epoch: about 1.4 min (312 updates, 98,765 tokens; native kernels (avx2), 2 threads).',
  ]);
});
