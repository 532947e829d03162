// Statistics against their definitions, computed the slow way from whole traces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { annotate } from '../../../extension/engine/trace/annotations.ts';
import { PearsonSums } from '../../../extension/engine/trace/pearson.ts';
import { DirectionCounter, halfLife } from '../../../extension/engine/trace/statistics.ts';
import { traceText } from '../../../extension/engine/trace/traceText.ts';
import type { RunModel } from '../../../extension/node/runModel.ts';
import { runStatistics } from '../../../extension/node/trace/runStatistics.ts';
import type { Direction, SignalName } from '../../../extension/protocol/trace.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertClose } from '../engine/support.ts';
import { shapeOf } from './support.ts';

const H = 6;
const never = new AbortController().signal;

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (term: (at: number) => number): number => x.reduce((total, _, at) => total + term(at), 0);
  return (
    sum((at) => (x[at] - mx) * (y[at] - my)) /
    Math.sqrt(sum((at) => (x[at] - mx) ** 2) * sum((at) => (y[at] - my) ** 2))
  );
}

for (const cell of ['lstm', 'gru', 'rnnTanh'] as const) {
  test(`${cell}: over 120 texts in batches as from their traces`, async () => {
    const shape = shapeOf(cell, { hiddenSize: H, layers: 2, bidirectional: true });
    const params = createParams(shape, 3);
    for (const { values } of params.parameters) for (let at = 0; at < values.length; at++) values[at] *= 4;
    const run = { model: createModel(shape, params), labels: ['a', 'b', 'c'], epoch: 4 } as unknown as RunModel;
    const rng = new Rng(8, 'sample');
    const texts = Array.from({ length: 120 }, () => {
      const ids = Uint32Array.from({ length: 1 + rng.nextInt(30) }, () => 1 + rng.nextInt(11));
      return { ids, tokens: Array.from(ids, (id) => '.(a)"bcdef(g'.charAt(id)), label: 'ab'.charAt(rng.nextInt(2)) };
    });
    const statistics = await runStatistics(run, texts, { thresholds: { left: 0.2, right: 0.7 } }, never);
    assert.equal(statistics.epoch, 4);
    assert.equal(
      statistics.tokenCount,
      texts.reduce((sum, { ids }) => sum + ids.length, 0),
    );
    assert.deepEqual(
      statistics.annotations.map(({ kind, label }) => label ?? kind),
      ['position', 'bracketDepth', 'insideQuotes', 'tokenLength', 'a', 'b'],
    );
    const traces = texts.map(({ ids }) => traceText(run.model, ids).layers);
    const annotated = texts.map(({ tokens }) => annotate(tokens));
    for (const { layer, direction, ...of } of statistics.layers.flat()) {
      const steps = (name: SignalName, unit: number): number[] =>
        traces.flatMap((layers) => {
          const values = layers[layer][direction].signals[name] as Float32Array;
          return Array.from({ length: values.length / H }, (_, token) => values[token * H + unit]);
        });
      for (let unit = 0; unit < H; unit++) {
        for (const { signal, left, right } of of.saturation) {
          const values = steps(signal, unit);
          assertClose([left[unit]], [values.filter((value) => value < 0.2).length / values.length], `${signal} left`);
          assertClose([right[unit]], [values.filter((value) => value > 0.7).length / values.length], `${signal} right`);
        }
        for (const { signal, mean, min, max } of of.summary) {
          const values = steps(signal, unit);
          assertClose([mean[unit]], [values.reduce((sum, value) => sum + value, 0) / values.length], `${signal} mean`);
          assert.deepEqual([min[unit], max[unit]], [Math.min(...values), Math.max(...values)]);
        }
        const correlated = steps(statistics.correlated, unit);
        for (const [at, kind] of (['position', 'bracketDepth', 'insideQuotes'] as const).entries()) {
          const other = annotated.flatMap((annotations) => [...annotations[kind]]);
          assertClose([of.correlations[at][unit]], [pearson(correlated, other)], kind, { absolute: 1e-5 });
        }
        const isB = texts.flatMap(({ ids, label }) => Array.from(ids, () => (label === 'b' ? 1 : 0)));
        assertClose([of.correlations[5][unit]], [pearson(correlated, isB)], 'class b', { absolute: 1e-5 });
        // All tokens are one character long.
        assert.ok(Number.isNaN(of.correlations[3][unit]));
        const forget = cell === 'lstm' ? 'f' : 'z';
        if (cell === 'rnnTanh') assert.equal(of.halfLife, undefined);
        else {
          const kept = steps(forget, unit).reduce((sum, value) => sum + value, 0) / correlated.length;
          assertClose([of.halfLife?.[unit] ?? 0], [Math.log(0.5) / Math.log(kept)], 'half-life', { relative: 1e-5 });
        }
      }
    }
  });
}

test('half-lives: half kept is one token, all kept is for ever, nothing kept is none', () => {
  assert.deepEqual([halfLife(0.5), halfLife(0.25), halfLife(1), halfLife(0)], [1, 0.5, Number.POSITIVE_INFINITY, 0]);
});

test('integrators, dead and always-on units are those of the definitions', () => {
  const units = 5;
  const column = (values: readonly number[]): Float32Array =>
    Float32Array.from({ length: 10 * units }, (_, at) => values[at % units]);
  // Unit 0 integrates; 1 keeps but takes nothing in; 2 forgets; 3 is dead; 4 is always on, at the negative side.
  const signals = {
    i: column([0.5, 0.05, 0.5, 0.5, 0.5]),
    f: column([0.95, 0.95, 0.5, 0.5, 0.5]),
    g: column([0, 0, 0, 0, 0]),
    o: column([0.5, 0.5, 0.5, 0.01, 0.95]),
    c: column([0.3, 0.3, 0.3, 0.3, -2]),
    tanhC: column([0.3, 0.3, 0.3, 0.3, -0.96]),
    h: column([0.2, 0.2, 0.2, 0.003, -0.92]),
  };
  const place = { layer: 0, direction: 0 as Direction };
  const thresholds = { left: 0.1, right: 0.9 };
  const options = { cell: 'lstm', hiddenSize: units, thresholds, correlate: 'c', annotationCount: 0 } as const;
  const counter = new DirectionCounter(place, options);
  counter.add({ ...place, signals }, []);
  const { integrators, dead, alwaysOn } = counter.finish();
  assert.deepEqual([[...integrators], [...dead], [...alwaysOn]], [[0], [3], [4]]);
});

test('brackets and quotes are of the moment after the token', () => {
  const { bracketDepth, insideQuotes, tokenLength, position } = annotate([
    'a',
    '((',
    'b',
    ')',
    ')',
    ')',
    '“',
    'it’s',
    '"',
    '"',
  ]);
  assert.deepEqual([...bracketDepth], [0, 2, 2, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...insideQuotes], [0, 0, 0, 0, 0, 0, 1, 1, 0, 1]);
  assert.deepEqual([...tokenLength], [1, 2, 1, 1, 1, 1, 1, 4, 1, 1]);
  assert.deepEqual([...position], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a correlation far from zero loses no digits', () => {
  const sums = new PearsonSums(1);
  const x = Array.from({ length: 5000 }, (_, at) => 1000 + Math.sin(at));
  const y = Array.from({ length: 5000 }, (_, at) => 4000 + Math.sin(at + 0.5));
  sums.add(Float32Array.from(x), Float32Array.from(y));
  assertClose(sums.correlation(), [pearson(x.map(Math.fround), y.map(Math.fround))], 'r', { absolute: 1e-6 });
});

test('thresholds that part nothing, no texts and an unknown signal are refused', async () => {
  const shape = shapeOf('gru', { hiddenSize: H, layers: 1, bidirectional: false });
  const run = { model: createModel(shape, createParams(shape, 3)), labels: [] } as unknown as RunModel;
  const text = { ids: Uint32Array.of(1), tokens: ['a'] };
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof UserError ? error.code : String(error)),
    );
  assert.equal(
    await codeOf(runStatistics(run, [text], { thresholds: { left: 0.9, right: 0.1 } }, never)),
    'statistics.thresholds',
  );
  assert.equal(await codeOf(runStatistics(run, [], {}, never)), 'statistics.noTexts');
  assert.equal(await codeOf(runStatistics(run, [text], { correlate: 'c' }, never)), 'trace.noSignal');
});
