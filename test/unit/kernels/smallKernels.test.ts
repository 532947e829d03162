// Embedding, pooling, dropout, softmax, loss and reductions on every carrier: the same bits as their naive twins.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  dropoutForward,
  embeddingGather,
  embeddingScatter,
  multiplyElements,
  poolForward,
} from '../../../extension/engine/kernels/layerKernels.ts';
import { crossEntropyLoss, softmaxRows } from '../../../extension/engine/kernels/lossKernels.ts';
import { globalNorm } from '../../../extension/engine/kernels/optimizerKernels.ts';
import * as pooling from '../../../extension/engine/layers/pooling.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { layoutOf } from '../engine/support.ts';
import {
  assertSameValues,
  awkward,
  CARRIERS_HERE,
  createChoice,
  guarded,
  mathOn,
  multiplyAddOf,
  openTestMachine,
} from './support.ts';
import {
  type MathOf,
  naiveColumnSums,
  naiveCrossEntropy,
  naiveDropout,
  naiveMean,
  naiveNorm,
  naiveScatter,
  naiveSoftmax,
} from './twins.ts';

const SEEDS = Array.from({ length: 24 }, (_, seed) => seed);
/** Every other shape has special values in it. */
const everyOf = (seed: number): number => (seed % 2 === 0 ? 0 : 11);

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());
  const add = multiplyAddOf(carrier);

  /** Runs `check` in a scope for every seed. */
  const forSeeds = (name: string, check: (seed: number, choose: ReturnType<typeof createChoice>) => void): void => {
    test(`${carrier.name}: ${name}`, async () => {
      const { machine } = await opened;
      for (const seed of SEEDS) machine.arena.scope(() => check(seed, createChoice(seed)));
    });
  };
  const { machine } = await opened;
  const { arena } = machine;
  const math: MathOf = (name, x) => mathOn(machine, name, x);

  forSeeds('embedding look-up and its gradient', (seed, choose) => {
    const [vocabulary, size, tokens] = [choose(1, 30), choose(1, 40), choose(1, 50)];
    const table = awkward(arena, vocabulary * size, seed, { every: everyOf(seed) });
    const ids = Int32Array.from({ length: tokens }, () => choose(0, vocabulary - 1));
    const expected = Float32Array.from({ length: tokens * size }, (_, at) => {
      return table[ids[Math.floor(at / size)] * size + (at % size)];
    });
    assertSameValues(embeddingGather(machine, table, size, ids), expected, 'rows');
    const dOut = awkward(arena, tokens * size, seed + 1, { every: everyOf(seed) });
    const slots = ids.map((id) => id - 1);
    const gradient = embeddingScatter(machine, dOut, { slots, rowCount: vocabulary - 1, size });
    const rows = naiveScatter(dOut, slots, vocabulary - 1, size);
    assertSameValues(gradient.subarray(0, rows.length), rows, 'gradient');
  });

  for (const kind of ['last', 'mean', 'max'] as const) {
    forSeeds(`pooling by ${kind}, forward and backward`, (seed, choose) => {
      const lengths = Array.from({ length: choose(1, 9) }, () => choose(1, 12));
      const [layout, width] = [layoutOf(lengths), choose(1, 41)];
      const shape = { kind, layout, width, hiddenSize: Math.ceil(width / 2) };
      const x = awkward(arena, layout.tokenCount * width, seed, { every: everyOf(seed) });
      // Equal maxima, of which the first counts.
      if (seed % 3 === 1) for (let at = 0; at < x.length; at++) x[at] = Math.round(x[at] * 2) / 2;
      const dPooled = awkward(arena, layout.batchSize * width, seed + 1, { every: everyOf(seed) });
      const pass = poolForward(machine, x, shape);
      const expected = kind === 'mean' ? naiveMean(x, shape) : pooling.poolForward(x, shape);
      assertSameValues(pass.values, expected.values, 'values');
      assertSameValues(pass.backward(dPooled), pooling.poolBackward(dPooled, expected, shape), 'gradient');
    });
  }

  forSeeds('dropout gives the masks of the counter-based generator', (seed, choose) => {
    const key = { seed: [seed, 0xffff_ffff][seed % 2], step: choose(0, 1e6), lane: choose(0, 9) };
    const x = awkward(arena, choose(1, 400), seed, { every: everyOf(seed) });
    // The last is the first element's own random number: it is just not dropped.
    const drawn = new Rng(key.seed, 'dropout', key.step, key.lane).nextFloat();
    const rate = [0.1, 0.5, 0.9, 2 ** -24, 1 - 2 ** -24, drawn][seed % 6];
    const expected = naiveDropout(x, rate, key);
    const { out, mask } = dropoutForward(machine, x, rate, key);
    assertSameValues(mask, expected.mask, 'mask');
    assertSameValues(out, expected.out, 'out');
    const dy = awkward(arena, x.length, seed + 1, { every: everyOf(seed) });
    assertSameValues(
      multiplyElements(machine, dy, mask),
      dy.map((value, at) => value * mask[at]),
      'gradient',
    );
  });

  forSeeds('softmax', (seed, choose) => {
    const [rows, columns] = [choose(1, 9), choose(1, 70)];
    const scale = [1, 20, 200][seed % 3];
    const logits = awkward(arena, rows * columns, seed, { scale, every: seed % 4 === 3 ? 97 : 0 });
    assertSameValues(softmaxRows(machine, logits, columns), naiveSoftmax(logits, columns, math), 'probabilities');
  });

  forSeeds('cross-entropy with smoothing and class weights', (seed, choose) => {
    const [rows, C] = [choose(1, 9), choose(1, 50)];
    const logits = awkward(arena, rows * C, seed, { scale: [1, 30][seed % 2], every: seed % 4 === 3 ? 97 : 0 });
    const labels = Int32Array.from({ length: rows }, () => choose(0, C - 1));
    const classWeights = seed % 3 === 0 ? Float64Array.from({ length: C }, () => choose(1, 100) / 37) : undefined;
    const options = { classWeights, labelSmoothing: seed % 2 === 0 ? 0 : 0.1 };
    const actual = crossEntropyLoss(machine, logits, labels, C, options);
    const expected = naiveCrossEntropy(logits, labels, C, options, math);
    assertSameValues(actual.gradient, expected.gradient, 'gradient');
    assert.ok(Object.is(actual.loss, expected.loss), `loss ${actual.loss} instead of ${expected.loss}`);
  });

  forSeeds('global norm over several arrays', (seed, choose) => {
    const arrays = [choose(1, 50), 16_384 + choose(-3, 40), 1].map((length, n) => awkward(arena, length, seed * 7 + n));
    const [actual, expected] = [globalNorm(machine, arrays), naiveNorm(arrays, add)];
    assert.ok(Object.is(actual, expected) && actual > 0, `${actual} instead of ${expected}`);
  });

  forSeeds('sums of columns; sums and products of elements', (seed, choose) => {
    const [rows, columns] = [choose(1, 150), choose(1, 50)];
    const x = awkward(arena, rows * columns, seed, { every: everyOf(seed) });
    const sums = guarded(arena, columns, seed % 16);
    const y = guarded(arena, x.length, seed % 13);
    const product = guarded(arena, x.length, seed % 11);
    const before = awkward(arena, x.length, seed + 1, { every: everyOf(seed) });
    y.view.set(before);
    const job = machine.job();
    job.piece('columnSums', job.call([x, sums.view, rows, columns, undefined]), 0, columns);
    job.piece('add', job.call([y.view, x]), 0, x.length);
    job.piece('multiply', job.call([x, before, product.view]), 0, x.length);
    machine.run(job);
    assertSameValues(sums.view, naiveColumnSums(x, rows, columns), 'sums of columns');
    assertSameValues(
      y.view,
      before.map((value, at) => value + x[at]),
      'sums',
    );
    assertSameValues(
      product.view,
      before.map((value, at) => value * x[at]),
      'products',
    );
    for (const { assertUntouched } of [sums, y, product]) assertUntouched('element-wise');
  });

  forSeeds('activations of a product', (seed, choose) => {
    const [m, n] = [choose(1, 9), choose(1, 40)];
    const bias = awkward(arena, n, seed, { scale: 5, every: everyOf(seed) });
    const names = ['relu', 'tanh', 'sigmoid'] as const;
    for (const [code, name] of names.entries()) {
      const out = guarded(arena, m * n, seed % 16);
      const job = machine.job();
      // No depth: the product is the bias.
      const call = job.call([bias, 0, 1, bias, bias, undefined, out.view, n, undefined, n, 0, 2, code + 1]);
      machine.run(job.piece('gemm', call, 0, m));
      // biome-ignore lint/complexity/useMathMinMax: it keeps -0, which Math.max(x, 0) does not.
      const row = name === 'relu' ? bias.map((x) => (x < 0 ? 0 : x)) : math(name, bias);
      assertSameValues(
        out.view,
        Float32Array.from({ length: m * n }, (_, at) => row[at % n]),
        name,
      );
      out.assertUntouched(name);
    }
  });
}
